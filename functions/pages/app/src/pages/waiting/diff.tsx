// A plan as a diff: + create, ~ change, - destroy, each with every argument.
import type { Shapes } from "../../api/client";

type Change = Shapes["Change"];
const WORDS: Record<Change["sign"], string> = { "+": "create", "~": "change", "-": "destroy" };

export function Diff({ changes }: { changes: readonly Change[] }) {
  return (
    <ol className="diff">
      {changes.map((change, index) => (
        // The order is part of what is approved, so a place in it names a change.
        // biome-ignore lint/suspicious/noArrayIndexKey: never reordered
        <li key={index} className={WORDS[change.sign]}>
          <h3>
            <span className="sign">
              {change.sign} {WORDS[change.sign]}
            </span>
            <span>
              {change.title} <span className="soft">{change.where}</span>
            </span>
            <span className="figure">{change.cost}</span>
          </h3>
          {change.details.length > 0 && (
            <dl>
              {change.details.map(([field = "", value = ""]) => (
                <div key={field}>
                  <dt>{field}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ol>
  );
}
