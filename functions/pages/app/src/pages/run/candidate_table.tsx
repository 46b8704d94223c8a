// Offers as a table, best first. On a narrow screen it scrolls in its own box.
import { rate, usd } from "../../parts/money";
import { Scroll } from "../../parts/scroll";
import { VerdictBadge } from "../../parts/verdict_badge";
import type { Offer } from "./points";

export function CandidateTable({ offers }: { offers: readonly Offer[] }) {
  return (
    <Scroll name="Candidates">
      <table>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Machine</th>
            <th scope="col" className="right">
              Per hour
            </th>
            <th scope="col" className="right">
              In all
            </th>
            <th scope="col">Verdict</th>
            <th scope="col">Why it lost</th>
          </tr>
        </thead>
        <tbody>
          {offers.map((offer) => (
            <Candidate key={key(offer)} offer={offer} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Candidate({ offer }: { offer: Offer }) {
  const about = offer.estimate ? "~" : "";
  return (
    <tr className={offer.chosen ? "chosen" : undefined}>
      <th scope="row">
        <span className={`mark ${offer.cloud}`} aria-hidden="true" /> {offer.cloud} {offer.zone || offer.region}
      </th>
      <td>
        {offer.machine || "bucket"} <span className="soft small">{offer.purchase.replace("_", "-")}</span>
      </td>
      <td className="right">
        {about}
        {rate(offer.usd_micros_hour)}
      </td>
      <td className="right">
        {about}
        {usd(offer.total_cents)}
      </td>
      <td>
        <VerdictBadge verdict={offer.verdict} />
      </td>
      <td className="soft">{offer.chosen ? <strong>chosen</strong> : offer.why_lost}</td>
    </tr>
  );
}

function key(offer: Offer): string {
  return [offer.cloud, offer.region, offer.zone, offer.machine, offer.purchase].join(" ");
}
