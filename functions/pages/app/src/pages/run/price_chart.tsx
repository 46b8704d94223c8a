// Price against region and cloud. The same figures are in the table below, so for a screen reader this is one picture.
import { usd } from "../../parts/money";
import { type Chart, chart, type Offer } from "./points";
import { PriceRow } from "./price_row";

export function PriceChart({ offers }: { offers: readonly Offer[] }) {
  const drawn = chart(offers);
  return (
    <figure className="chart">
      <div role="img" aria-label={summary(drawn)}>
        {drawn.rows.map((row) => (
          <PriceRow key={`${row.cloud} ${row.region}`} row={row} ticks={drawn.ticks} />
        ))}
        <div className="axis figure" aria-hidden="true">
          <span className="ticks">
            {drawn.ticks.map((tick) => (
              <span key={tick.cents} style={{ left: `${tick.percent}%` }}>
                {usd(tick.cents).replace(/\.00$/, "")}
              </span>
            ))}
          </span>
        </div>
      </div>
      <figcaption className="soft small">
        <span className="mark aws" /> aws <span className="mark azure" /> azure <span className="mark gcp" /> gcp ·
        hollow: policy forbids it · price in all, bent scale
        {drawn.more > 0 && ` · ${drawn.more} dearer regions are not drawn`}
      </figcaption>
    </figure>
  );
}

function summary({ rows }: Chart): string {
  const told = rows.map((row) => `${row.cloud} ${row.region} from ${usd(row.cheapest.total_cents)}`);
  return `Price against region and cloud: ${told.join(", ")}.`;
}
