// Whose yes it takes, and who has spoken.
import type { Shapes } from "../../api/client";
import { Badge } from "../../parts/badge";
import { Card } from "../../parts/card";
import { Time } from "../../parts/time";

export function Needs({ asked }: { asked: Shapes["ApprovalDetail"] }) {
  const open = new Set(asked.missing.map((each) => each.code));
  return (
    <Card title="Who must say yes">
      <ul className="steps">
        {asked.requirements.map((need) => (
          <li key={need.code}>
            <span>
              {need.people === 1 ? "One person" : `${need.people} different people`} of {need.roles.join(", ")}
              {!need.own && <span className="soft">, not the requester</span>}
              <br />
              <code className="soft">{need.code}</code>
            </span>
            <Badge tone={open.has(need.code) ? "warn" : "good"}>{open.has(need.code) ? "open" : "met"}</Badge>
          </li>
        ))}
        {asked.words.map((word) => (
          <li key={word.approver}>
            <span>
              {word.approver} said {word.approved ? "yes" : "no"}. {word.reason}
            </span>
            <span className="soft small">
              <Time at={word.decided_at} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
