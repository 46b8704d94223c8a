// What exists now because of the run, how it is, and what could not be taken back.
import type { Shapes } from "../../api/client";
import { Badge } from "../../parts/badge";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { Note } from "../../parts/note";

type Record = Shapes["Record"];
type Resource = Shapes["Resource"];

export function Made({ record }: { record: Record }) {
  return (
    <Card title="What it made">
      {record.resources.length === 0 && <Empty title="Nothing exists because of this run." />}
      <ul className="steps">
        {record.resources.map((each) => (
          <li key={each.id}>
            <span>
              {each.kind} <code>{each.id}</code> <span className="soft">{place(each)}</span>
            </span>
            <Real record={record} resource={each} />
          </li>
        ))}
      </ul>
      {record.left_behind.map((each) => (
        <Note key={each.key + each.tool} tone="bad">
          <p>
            <strong>
              {each.certain ? "Left behind" : "Perhaps left behind"}: {each.resource?.id ?? each.tool} in {each.cloud}{" "}
              {each.region}
            </strong>
          </p>
          <p>{each.remedy}</p>
        </Note>
      ))}
    </Card>
  );
}

function Real({ record, resource }: { record: Record; resource: Resource }) {
  const found = record.health.find((each) => each.resource.id === resource.id);
  if (!found) return null;
  const well = found.status === "healthy" || found.status === "finished";
  return <Badge tone={well ? "good" : "bad"}>{found.status}</Badge>;
}

function place(resource: Resource): string {
  return `${resource.cloud} ${resource.zone || resource.region}`;
}
