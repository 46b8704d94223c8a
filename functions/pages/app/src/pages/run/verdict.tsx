// What the gate said, and each reason with its rule's own text.
import type { Shapes } from "../../api/client";
import { usePolicies } from "../../api/house";
import type { Entry } from "../../api/live";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { short } from "../../parts/shown";
import { VerdictBadge } from "../../parts/verdict_badge";
import { judged } from "./judged";
import { Reason } from "./reason";

export function Verdict({ entries }: { entries: readonly Entry[] }) {
  const policies = usePolicies();
  const found = judged(entries);
  const rule = (code: string): Shapes["RuleText"] | undefined =>
    policies.data?.rules.find((each) => each.code === code);
  return (
    <Card title="Verdict" aside={found && <code>policy {short(found.revision)}</code>}>
      {found === null && <Empty title="Not judged yet." />}
      {found && (
        <div className="reasons">
          <p>
            <VerdictBadge verdict={found.verdict} /> {found.violations.length === 0 && "No rule objects."}
          </p>
          {found.violations.map((each) => (
            <Reason key={each.code + each.message} violation={each} rule={rule(each.code)} />
          ))}
        </div>
      )}
    </Card>
  );
}
