// The pages inside their shell.
import { Redirect, Route, Switch } from "wouter";
import { useApprovals } from "../api/approvals";
import { Empty } from "../parts/empty";
import { Page } from "../parts/page";
import type { Person } from "../session/session";
import { Foot } from "../shell/foot";
import { Alarm, Proof } from "../shell/proof";
import { Shell } from "../shell/shell";
import { Clouds } from "./clouds/clouds";
import { Costs } from "./costs/costs";
import { Policies } from "./policies/policies";
import { Run } from "./run/run";
import { Runs } from "./runs/runs";
import { Asked } from "./waiting/asked";
import { Waiting } from "./waiting/waiting";

export function Pages({ person }: { person: Person }) {
  const waiting = useApprovals("open").data?.items.length ?? 0;
  const foot = (
    <Foot person={person}>
      <Proof />
    </Foot>
  );
  return (
    <Shell waiting={waiting} alarm={<Alarm />} foot={foot}>
      <Switch>
        <Route path="/">
          <Redirect to="/runs" />
        </Route>
        <Route path="/runs">
          <Runs />
        </Route>
        <Route path="/runs/:id">{({ id }) => <Run id={id} key={id} />}</Route>
        <Route path="/waiting">
          <Waiting />
        </Route>
        <Route path="/waiting/:id">{({ id }) => <Asked id={id} key={id} />}</Route>
        <Route path="/costs">
          <Costs />
        </Route>
        <Route path="/policies">
          <Policies />
        </Route>
        <Route path="/clouds">
          <Clouds />
        </Route>
        <Route>
          <Page title="Not here">
            <Empty title="There is no such page.">The places are in the menu.</Empty>
          </Page>
        </Route>
      </Switch>
    </Shell>
  );
}
