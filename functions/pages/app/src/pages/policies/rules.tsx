// Every reason that a rule may give, in the rule's own words.
import { useState } from "react";
import type { Shapes } from "../../api/client";
import { Badge, type Tone } from "../../parts/badge";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { Rego } from "../../parts/rego";

type Rule = Shapes["RuleText"];
const TONES: Record<string, Tone> = { critical: "bad", high: "bad", medium: "warn" };

export function Rules({ rules }: { rules: readonly Rule[] }) {
  const [words, setWords] = useState("");
  const wanted = words.trim().toLowerCase();
  const found = rules.filter((rule) => `${rule.code} ${rule.rule} ${rule.title}`.toLowerCase().includes(wanted));
  const search = (
    <input
      className="choice"
      type="search"
      aria-label="Find a rule"
      placeholder="Find a rule"
      value={words}
      onChange={(event) => setWords(event.target.value)}
    />
  );
  return (
    <Card title="Rules" aside={search} flush>
      {found.length === 0 && <Empty title="No rule is called so." />}
      <ul className="rules">
        {found.map((rule) => (
          <li key={rule.code}>
            <div>
              <h3>{rule.title}</h3>
              <code className="soft">{rule.code}</code>
            </div>
            <div className="about soft small">
              {rule.remedy}
              <details>
                <summary>
                  <code>{rule.where}</code>
                </summary>
                <Rego rule={rule} />
              </details>
            </div>
            <Badge tone={TONES[rule.severity] ?? "plain"}>{rule.severity}</Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}
