// Signing in at a company's provider: authorization code with PKCE (RFC 7636), as a public client.
import * as oauth from "oauth4webapi";
import type { Provider } from "./session";

const KEPT = "tollgate.signing-in";
/** Where the provider sends people back to. */
export const BACK = "/signed-in";

interface Begun {
  provider: Provider;
  state: string;
  verifier: string;
  then: string;
}

function server(provider: Provider): oauth.AuthorizationServer {
  const { issuer, authorization_endpoint, token_endpoint } = provider;
  return { issuer, authorization_endpoint, token_endpoint };
}

function back(): string {
  return location.origin + BACK;
}

/** The provider's address to go to. What is needed on the way back waits in this tab's session storage, once. */
export async function begin(provider: Provider, then: string): Promise<string> {
  const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()];
  const begun: Begun = { provider, state, verifier, then };
  sessionStorage.setItem(KEPT, JSON.stringify(begun));
  const asked = new URL(provider.authorization_endpoint);
  asked.search = new URLSearchParams({
    ...Object.fromEntries(asked.searchParams),
    response_type: "code",
    client_id: provider.client_id,
    redirect_uri: back(),
    scope: provider.scope,
    resource: provider.resource,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  return asked.href;
}

/** The access token, and the page that was asked for, from the address that the provider sent the browser to. */
export async function finish(here: URL): Promise<{ token: string; then: string }> {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (kept === null) throw new Error("This sign-in was not begun in this tab, or has been used.");
  const { provider, state, verifier, then }: Begun = JSON.parse(kept);
  const client: oauth.Client = { client_id: provider.client_id };
  const said = oauth.validateAuthResponse(server(provider), client, here, state);
  const answer = await oauth.authorizationCodeGrantRequest(
    server(provider),
    client,
    oauth.None(),
    said,
    back(),
    verifier,
    { additionalParameters: { resource: provider.resource }, [oauth.allowInsecureRequests]: loopback(provider) },
  );
  const granted = await oauth.processAuthorizationCodeResponse(server(provider), client, answer);
  return { token: granted.access_token, then };
}

function loopback(provider: Provider): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(provider.token_endpoint).hostname);
}
