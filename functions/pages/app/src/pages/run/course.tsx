// The stages that a run passes, and below them each thing that happened.
import type { Line } from "../../api/live";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { Loading } from "../../parts/loading";
import { Happened } from "./happened";
import { type Happening, stages } from "./happenings";

interface Props {
  happenings: readonly Happening[];
  line: Line;
  ended: boolean;
}

export function Course({ happenings, line, ended }: Props) {
  const began = happenings[0]?.at ?? "";
  return (
    <Card title="Course" aside={happenings.length > 0 && `${happenings.length} events`}>
      <ol className="stages" aria-label="Stages">
        {stages(happenings, ended).map(({ stage, place }) => (
          <li key={stage} className={place} aria-current={place === "now" ? "step" : undefined}>
            {stage}
          </li>
        ))}
      </ol>
      {happenings.length === 0 && line === "connecting" && <Loading />}
      {happenings.length === 0 && line !== "connecting" && <Empty title="Nothing has happened yet." />}
      <ol className="course" aria-label="What happened" aria-live="polite" aria-relevant="additions">
        {happenings.map((each) => (
          <Happened key={each.seq} happening={each} began={began} />
        ))}
      </ol>
    </Card>
  );
}
