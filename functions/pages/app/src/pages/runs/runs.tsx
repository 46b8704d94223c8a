// Every run of the tenant, newest first, as it goes; and the place to ask for another.
import { useState } from "react";
import { type State, useRuns } from "../../api/runs";
import { Card } from "../../parts/card";
import { Choice } from "../../parts/choice";
import { Page } from "../../parts/page";
import { Pager, usePages } from "../../parts/pager";
import { Told } from "../../parts/told";
import { NewRun } from "./new_run";
import { RunList } from "./run_list";

const STATES = [
  ["", "All"],
  ["running", "Running"],
  ["waiting", "Waiting"],
  ["succeeded", "Succeeded"],
  ["denied", "Denied"],
  ["failed", "Failed"],
] as const satisfies readonly (readonly [State | "", string])[];

export function Runs() {
  const [state, setState] = useState<State | "">("");
  const pages = usePages(state);
  const runs = useRuns(state, pages.cursor);
  return (
    <Page
      title="Runs"
      about="Say what you need. The cheapest place that policy allows is found, judged, made and verified."
    >
      <NewRun />
      <Card
        title="What was asked for"
        aside={<Choice name="State" options={STATES} value={state} choose={setState} />}
        flush
      >
        <Told query={runs}>{(page) => <RunList runs={page.items} filtered={state !== ""} />}</Told>
        <Pager pages={pages} next={runs.data?.next ?? ""} />
      </Card>
    </Page>
  );
}
