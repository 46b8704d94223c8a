// What will be here is on its way.
const WIDTHS = ["92%", "74%", "83%", "61%", "88%"];

export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div className="bones" role="status" aria-label="Loading">
      {WIDTHS.slice(0, rows).map((width) => (
        <div key={width} className="bone" style={{ width }} />
      ))}
    </div>
  );
}
