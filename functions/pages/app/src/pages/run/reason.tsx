// One rule's objection: what was wrong, what to do, and what the rule says of itself.
import type { Shapes } from "../../api/client";
import { Rego } from "../../parts/rego";

interface Props {
  violation: Shapes["Violation"];
  rule: Shapes["RuleText"] | undefined;
}

export function Reason({ violation, rule }: Props) {
  return (
    <article className="reason">
      <h3>
        <code>{violation.code}</code> {rule?.title}
      </h3>
      <p>{violation.message}</p>
      <p className="soft">{violation.remedy}</p>
      {rule && (
        <details className="soft small">
          <summary>
            Rule <code>{rule.rule}</code>, severity {rule.severity}, <code>{rule.where}</code>
          </summary>
          <Rego rule={rule} />
        </details>
      )}
    </article>
  );
}
