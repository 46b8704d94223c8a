// A rule as it is written.
import type { Shapes } from "../api/client";
import { Scroll } from "./scroll";

export function Rego({ rule }: { rule: Shapes["RuleText"] }) {
  return (
    <Scroll name={`${rule.code} in Rego`}>
      <pre className="rego">{rule.text}</pre>
    </Scroll>
  );
}
