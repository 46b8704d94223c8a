// How words are read: each field with the words behind it, what is assumed, and what is still to be asked.
import type { Shapes } from "../../api/client";
import { Note } from "../../parts/note";
import { shown } from "../../parts/shown";
import { CandidateTable } from "../run/candidate_table";

export function Reading({ preview }: { preview: Shapes["PlanPreview"] }) {
  return (
    <div className="reading" role="status">
      {preview.question && <Note tone="warn">{preview.question}</Note>}
      <dl className="facts">
        {preview.evidence.map((each) => (
          <div key={each.field}>
            <dt>{each.field.replaceAll("_", " ")}</dt>
            <dd>
              {shown(each.value)} <span className="soft small">{each.words.map((word) => `“${word}”`).join(" ")}</span>
            </dd>
          </div>
        ))}
      </dl>
      {preview.brief.assumptions.length > 0 && (
        <ul className="assumed soft small">
          {preview.brief.assumptions.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      {preview.candidates.items.length > 0 && <CandidateTable offers={preview.candidates.items} />}
    </div>
  );
}
