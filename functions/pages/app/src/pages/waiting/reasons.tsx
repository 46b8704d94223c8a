// Why somebody is asked: the rules' reasons, each with its own text.
import type { Shapes } from "../../api/client";
import { usePolicies } from "../../api/house";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { Reason } from "../run/reason";

export function Reasons({ violations }: { violations: readonly Shapes["Violation"][] }) {
  const policies = usePolicies();
  return (
    <Card title="Why somebody is asked">
      {violations.length === 0 && <Empty title="A role is lent only with a yes." />}
      <div className="reasons">
        {violations.map((each) => (
          <Reason
            key={each.code + each.message}
            violation={each}
            rule={policies.data?.rules.find((rule) => rule.code === each.code)}
          />
        ))}
      </div>
    </Card>
  );
}
