// One question to people: exactly what a yes would let happen, why somebody is asked, and the answer.
import { Link } from "wouter";
import { useApproval } from "../../api/approvals";
import { Card } from "../../parts/card";
import { exact } from "../../parts/moments";
import { usd } from "../../parts/money";
import { Page } from "../../parts/page";
import { short } from "../../parts/shown";
import { Told } from "../../parts/told";
import { AskedBadge } from "./asked_badge";
import { Decide } from "./decide";
import { Diff } from "./diff";
import { Needs } from "./needs";
import { Reasons } from "./reasons";

export function Asked({ id }: { id: string }) {
  const approval = useApproval(id);
  const asked = approval.data?.value;
  return (
    <Page title={asked ? `${asked.requester} asks` : "Approval"} about={asked?.reason && <q>{asked.reason}</q>}>
      <Told query={approval}>
        {({ value, tag }) => (
          <>
            <div className="head">
              <AskedBadge state={value.state} />
              <span className="soft">until {exact(value.expires_at)}</span>
              {value.run && <Link href={`/runs/${value.run}`}>The run</Link>}
              <a href={`/approvals/${value.id}`}>Without a script</a>
            </div>
            <Card title="What would be done" aside={<code>plan {short(value.subject)}</code>}>
              <Diff changes={value.changes} />
              <p className="total">
                <span>
                  In all{" "}
                  <span className="soft small">
                    void once the price has risen by more than {value.tolerance_percent} %
                  </span>
                </span>
                <strong className="figure">{usd(value.cost_cents)}</strong>
              </p>
            </Card>
            <div className="halves">
              <Reasons violations={value.violations} />
              <Needs asked={value} />
            </div>
            {value.state === "open" && <Decide asked={value} tag={tag} />}
          </>
        )}
      </Told>
    </Page>
  );
}
