// What people are asked, and what was decided.
import { useState } from "react";
import { Link } from "wouter";
import { useApprovals } from "../../api/approvals";
import type { Shapes } from "../../api/client";
import { Card } from "../../parts/card";
import { Choice } from "../../parts/choice";
import { Empty } from "../../parts/empty";
import { usd } from "../../parts/money";
import { Page } from "../../parts/page";
import { Pager, usePages } from "../../parts/pager";
import { Time } from "../../parts/time";
import { Told } from "../../parts/told";
import { AskedBadge } from "./asked_badge";

type Which = "open" | "all";
const WHICH = [
  ["open", "Waiting"],
  ["all", "All"],
] as const;

export function Waiting() {
  const [which, setWhich] = useState<Which>("open");
  const pages = usePages(which);
  const approvals = useApprovals(which, pages.cursor);
  return (
    <Page title="Approvals" about="Policy lets these happen only with a person's yes, to exactly what is shown.">
      <Card
        title="What waits for somebody"
        aside={<Choice name="Which" options={WHICH} value={which} choose={setWhich} />}
        flush
      >
        <Told query={approvals}>{(page) => <List asked={page.items} which={which} />}</Told>
        <Pager pages={pages} next={approvals.data?.next ?? ""} />
      </Card>
    </Page>
  );
}

function List({ asked, which }: { asked: readonly Shapes["ApprovalSummary"][]; which: Which }) {
  if (asked.length === 0) {
    return which === "open" ? (
      <Empty title="Nothing waits.">What needs a decision appears here by itself.</Empty>
    ) : (
      <Empty title="Nobody was asked anything yet." />
    );
  }
  return (
    <ul className="list">
      {asked.map((each) => (
        <li key={each.id}>
          <Link href={`/waiting/${each.id}`} className="row-link">
            <span className="row-state">
              <AskedBadge state={each.state} />
            </span>
            <span className="row-main">
              <span className="row-title">{each.what}</span>
              <span className="soft small row-sub">{each.requester}</span>
            </span>
            <span className="row-end figure">
              <span>{usd(each.cost_cents)}</span>
              <span className="soft small">
                asked <Time at={each.asked_at} />
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
