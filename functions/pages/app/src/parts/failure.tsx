// What went wrong, in the server's own words, and what to do about it.
import { problemOf } from "../api/problem";

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, detail, remedy, code } = problemOf(error);
  return (
    <div className="note bad" role="alert">
      <p>
        <strong>{detail || title}</strong>
      </p>
      {remedy && <p>{remedy}</p>}
      <p className="buttons">
        {code && <code>{code}</code>}
        {retry && (
          <button type="button" className="button quiet" onClick={retry}>
            Try again
          </button>
        )}
      </p>
    </div>
  );
}
