// What was compared: price against region and cloud as a chart, and each offer with why it lost.
import { useState } from "react";
import { useCandidates } from "../../api/runs";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { Told } from "../../parts/told";
import { CandidateTable } from "./candidate_table";
import { PriceChart } from "./price_chart";
import { telling } from "./telling";

export function Candidates({ run }: { run: string }) {
  const candidates = useCandidates(run);
  const [all, setAll] = useState(false);
  const found = candidates.data;
  const told =
    found &&
    found.total > 0 &&
    `${found.total} ${found.total === 1 ? "offer" : "offers"}${found.attempt > 1 ? `, attempt ${found.attempt}` : ""}`;
  return (
    <Card title="Candidates" aside={told} flush>
      <Told query={candidates}>
        {({ items, removed }) =>
          items.length === 0 ? (
            <Empty title="Nothing was compared yet." />
          ) : (
            <>
              <PriceChart offers={items} />
              <Against removed={removed} />
              <CandidateTable offers={all ? items : telling(items)} />
              {telling(items).length < items.length && (
                <div className="pager">
                  <button type="button" className="button quiet" onClick={() => setAll(!all)}>
                    {all ? "Show the telling ones" : `Show all ${items.length}`}
                  </button>
                </div>
              )}
            </>
          )
        }
      </Told>
    </Card>
  );
}

function Against({ removed }: { removed: Record<string, number> }) {
  const told = Object.entries(removed).sort((a, b) => b[1] - a[1]);
  if (told.length === 0) return null;
  return (
    <p className="against soft small">
      Stood against: {told.map(([code, count]) => `${code} ${count}`).join(", ")}. <span aria-hidden="true">~</span>
      <span className="unseen">A tilde</span> marks an estimate.
    </p>
  );
}
