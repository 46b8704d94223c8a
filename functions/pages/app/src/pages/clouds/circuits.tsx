// The circuit breakers of a cloud's functions: what is not asked for now, because it did not answer.
import type { Shapes } from "../../api/client";
import { Note } from "../../parts/note";

export function Circuits({ standing }: { standing: readonly Shapes["Circuit"][] }) {
  if (standing.length === 0) return <p className="soft small">Every circuit breaker is closed.</p>;
  return (
    <Note tone="warn">
      <ul className="small">
        {standing.map((each) => (
          <li key={`${each.tool} ${each.region}`}>
            <code>{each.tool}</code> {each.region} is {each.phase === "open" ? "open" : "half open"}: no answer{" "}
            {each.failures} times in a row, {wait(each)}.
          </li>
        ))}
      </ul>
    </Note>
  );
}

function wait({ phase, seconds }: Shapes["Circuit"]): string {
  return phase === "open" ? `asked again in ${Math.ceil(seconds)} s` : "the next call is let through to see";
}
