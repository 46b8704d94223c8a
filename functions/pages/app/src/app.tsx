// Which page an address is, for whoever is signed in.
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { mayPass, needsSignIn } from "./api/problem";
import { Pages } from "./pages/pages";
import { Failure } from "./parts/failure";
import { Loading } from "./parts/loading";
import { usePerson } from "./session/session";
import { SignIn } from "./session/sign_in";
import { SignedIn } from "./session/signed_in";

function queries(): QueryClient {
  const retry = (count: number, error: Error) => count < 2 && mayPass(error);
  const retryDelay = (count: number) => 300 * 2 ** count;
  const client = new QueryClient({
    queryCache: new QueryCache({
      // The session is over: who is signed in is asked again, and nobody is.
      onError: (error, query) => {
        if (needsSignIn(error) && query.queryKey[0] !== "session")
          void client.invalidateQueries({ queryKey: ["session"] });
      },
    }),
    defaultOptions: { queries: { retry, retryDelay, staleTime: 2_000 } },
  });
  return client;
}

export function App() {
  const [client] = useState(queries);
  return (
    <QueryClientProvider client={client}>
      <Switch>
        <Route path="/signed-in">
          <SignedIn />
        </Route>
        <Route>
          <Inside />
        </Route>
      </Switch>
    </QueryClientProvider>
  );
}

function Inside() {
  const person = usePerson();
  const [here] = useLocation();
  if (person.isPending) return <Loading />;
  if (person.isError) return <Failure error={person.error} retry={person.refetch} />;
  if (person.data === null) return <SignIn then={here} />;
  return <Pages person={person.data} />;
}
