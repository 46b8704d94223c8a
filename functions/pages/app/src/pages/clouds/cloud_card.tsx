// One cloud: its state, what is degraded there, its regions and prices.
import type { Shapes } from "../../api/client";
import { Badge, type Tone } from "../../parts/badge";
import { Card } from "../../parts/card";
import { Note } from "../../parts/note";
import { Time } from "../../parts/time";
import { Circuits } from "./circuits";

const TONES: Record<string, Tone> = { up: "good", degraded: "warn", down: "bad" };

export function CloudCard({ cloud }: { cloud: Shapes["CloudView"] }) {
  return (
    <Card title={cloud.name} aside={<Badge tone={TONES[cloud.status] ?? "plain"}>{cloud.status}</Badge>}>
      {cloud.degraded && <Trouble degraded={cloud.degraded} />}
      <dl className="facts">
        <div>
          <dt>Answers in</dt>
          <dd>{cloud.milliseconds === null ? "–" : `${Math.round(cloud.milliseconds)} ms`}</dd>
        </div>
        <div>
          <dt>Tools</dt>
          <dd>{cloud.tools.length}</dd>
        </div>
        <div>
          <dt>Offers</dt>
          <dd className="figure">{cloud.offers.toLocaleString("en-US")}</dd>
        </div>
        <div>
          <dt>Prices seen</dt>
          <dd>{cloud.prices_observed || "–"}</dd>
        </div>
      </dl>
      {cloud.circuits && <Circuits standing={cloud.circuits} />}
      <details className="regions">
        <summary>{cloud.regions.length} regions allowed</summary>
        <p className="soft small">{cloud.regions.join(", ")}</p>
      </details>
    </Card>
  );
}

function Trouble({ degraded }: { degraded: Shapes["Degraded"] }) {
  return (
    <Note tone="bad">
      <p>
        <strong>{degraded.region ? `Degraded, noticed in ${degraded.region}` : "Degraded"}</strong> since{" "}
        <Time at={degraded.since} />: {degraded.reason}
      </p>
      <p className="small">
        Nothing is written there. {degraded.good} good {degraded.good === 1 ? "probe" : "probes"} in a row
        {degraded.probed_at && (
          <>
            , the last <Time at={degraded.probed_at} />
          </>
        )}
        .
      </p>
    </Note>
  );
}
