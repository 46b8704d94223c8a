// What re-evaluation found: cheaper places for what lives on, and what came of them.
import type { Shapes } from "../../api/client";
import { useSavings } from "../../api/house";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { usd } from "../../parts/money";
import { Told } from "../../parts/told";
import { SavingTable } from "./saving_table";

const NAMES = [
  ["found", "Found"],
  ["waiting", "Waiting"],
  ["taken", "Taken"],
  ["refused", "Refused"],
  ["lapsed", "Lapsed"],
] as const;

export function Savings() {
  const savings = useSavings();
  return (
    <Card title="Savings" aside="per month, of what lives on" flush>
      <Told query={savings}>
        {(found) =>
          found.scores.length === 0 ? (
            <Empty title="No cheaper place was found yet.">
              What lives on is compared with today's prices again and again.
            </Empty>
          ) : (
            <>
              {found.scores.map((score) => (
                <Score key={score.tenant} score={score} />
              ))}
              <SavingTable savings={found.savings} />
            </>
          )
        }
      </Told>
    </Card>
  );
}

function Score({ score }: { score: Shapes["Score"] }) {
  return (
    <dl className="facts score">
      {NAMES.map(([key, words]) => (
        <div key={key}>
          <dt>
            {words} ({score[key].count})
          </dt>
          <dd className="big">{usd(score[key].cents_month)}</dd>
        </div>
      ))}
    </dl>
  );
}
