// Who are you? By the company's provider, or by this machine's own token.
import { useState } from "react";
import { Failure } from "../parts/failure";
import { Loading } from "../parts/loading";
import { useTitle } from "../parts/title";
import { Brand } from "../shell/brand";
import { LocalToken } from "./local_token";
import { begin } from "./oidc";
import { type Provider, useWays } from "./session";

export function SignIn({ then, error }: { then: string; error?: unknown }) {
  useTitle("Sign in");
  const ways = useWays();
  return (
    <main className="door">
      <div className="card">
        <div className="body">
          <h1>
            <Brand />
            Sign in to Tollgate
          </h1>
          {error !== undefined && <Failure error={error} />}
          {ways.isPending && <Loading />}
          {ways.isError && <Failure error={ways.error} retry={ways.refetch} />}
          {ways.data?.providers.map((each) => (
            <Away key={each.issuer} provider={each} then={then} />
          ))}
          {ways.data?.local && <LocalToken />}
        </div>
      </div>
    </main>
  );
}

function Away({ provider, then }: { provider: Provider; then: string }) {
  const [trouble, setTrouble] = useState<unknown>();
  const go = () => begin(provider, then).then((url) => location.assign(url), setTrouble);
  return (
    <>
      <button type="button" className="button first" onClick={go}>
        Continue with {new URL(provider.issuer).host}
      </button>
      {trouble !== undefined && <Failure error={trouble} />}
    </>
  );
}
