// The pages inside their shell.
import { Redirect, Route, Switch } from "wouter";
import { Empty } from "../parts/empty";
import { Page } from "../parts/page";
import type { Person } from "../session/session";
import { Foot } from "../shell/foot";
import { Shell } from "../shell/shell";

export function Pages({ person }: { person: Person }) {
  return (
    <Shell waiting={0} alarm={null} foot={<Foot person={person} />}>
      <Switch>
        <Route path="/">
          <Redirect to="/runs" />
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
