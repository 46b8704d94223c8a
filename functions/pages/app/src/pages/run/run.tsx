// One run, watched as it goes: what was asked, what came of it, and everything that led there.
import { useEntries } from "../../api/live";
import { over, useRun } from "../../api/runs";
import { Page } from "../../parts/page";
import { Told } from "../../parts/told";
import { Candidates } from "./candidates";
import { Course } from "./course";
import { course } from "./happenings";
import { Head } from "./head";
import { Ledger } from "./ledger";
import { Made } from "./made";
import { Money } from "./money";
import { Open } from "./open";
import { Replay } from "./replay";
import { Verdict } from "./verdict";

export function Run({ id }: { id: string }) {
  const run = useRun(id);
  const { entries, line } = useEntries(id);
  return (
    <Page title={`Run ${id}`} about={run.data && <q>{run.data.text}</q>}>
      <Told query={run}>
        {(found) => (
          <>
            <Head run={found} line={line} />
            <Open run={found} />
            <Course happenings={course(entries)} line={line} ended={over(found.state)} />
            <div className="halves">
              <Verdict entries={entries} />
              <Money run={found} entries={entries} />
            </div>
            <Candidates run={id} />
            {found.record && <Made record={found.record} />}
            <Ledger entries={entries} />
            {over(found.state) && <Replay run={id} />}
          </>
        )}
      </Told>
    </Page>
  );
}
