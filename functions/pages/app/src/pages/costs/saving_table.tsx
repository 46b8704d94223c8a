// Each saving: what would move where, what that saves a month, what moving costs once.
import { Link } from "wouter";
import type { Shapes } from "../../api/client";
import { Badge, type Tone } from "../../parts/badge";
import { usd } from "../../parts/money";
import { Scroll } from "../../parts/scroll";

type Saving = Shapes["Saving"];
const TONES: Record<Saving["state"], Tone> = {
  found: "calm",
  proposed: "warn",
  moving: "calm",
  taken: "good",
  refused: "plain",
  lapsed: "plain",
};

export function SavingTable({ savings }: { savings: readonly Saving[] }) {
  return (
    <Scroll name="Savings">
      <table>
        <thead>
          <tr>
            <th scope="col">Deployment</th>
            <th scope="col">Cheaper place</th>
            <th scope="col" className="right">
              Saves a month
            </th>
            <th scope="col" className="right">
              Moving costs
            </th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {savings.map((each) => (
            <tr key={each.id}>
              <th scope="row">
                <Link href={`/runs/${each.deployment}`}>{each.deployment}</Link>
              </th>
              <td>
                {each.offer.cloud} {each.offer.region} {each.offer.machine}
              </td>
              <td className="right">{usd(each.saving_cents_month)}</td>
              <td className="right">{usd(each.migration_cents)}</td>
              <td>
                <Badge tone={TONES[each.state]}>{each.state}</Badge>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
