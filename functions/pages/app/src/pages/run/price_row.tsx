// One region of a cloud in the chart: its name, its offers on the price axis, its cheapest.
import { usd } from "../../parts/money";
import { type Chart, chosenIn, type Point, type Row } from "./points";

const MIDDLE = 11;

export function PriceRow({ row, ticks }: { row: Row; ticks: Chart["ticks"] }) {
  return (
    <div className={`price-row ${row.cloud}${chosenIn(row) ? " chosen" : ""}`}>
      <span className="place">
        <span className="soft cloud">{row.cloud}</span> {row.region}
      </span>
      <svg width="100%" height={2 * MIDDLE} aria-hidden="true">
        {ticks.map((tick) => (
          <line key={tick.cents} className="grid" x1={`${tick.percent}%`} x2={`${tick.percent}%`} y1="0" y2="100%" />
        ))}
        {row.points.map((point) => (
          <Dot key={`${point.offer.zone} ${point.offer.machine} ${point.offer.purchase}`} point={point} />
        ))}
      </svg>
      <span className="figure right">{usd(row.cheapest.total_cents)}</span>
    </div>
  );
}

function Dot({ point: { percent, offer } }: { point: Point }) {
  const kind = `dot ${offer.verdict}${offer.chosen ? " chosen" : ""}`;
  return (
    <svg x={`${percent}%`} y={MIDDLE} overflow="visible" aria-hidden="true">
      {offer.chosen && <circle className="ring" r="8.5" />}
      {offer.cloud === "azure" ? (
        <rect className={kind} x="-4" y="-4" width="8" height="8" rx="1" />
      ) : offer.cloud === "gcp" ? (
        <path className={kind} d="M0 -5.2 5 4H-5z" />
      ) : (
        <circle className={kind} r="4.2" />
      )}
    </svg>
  );
}
