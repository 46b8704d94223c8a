// Who is signed in. The token itself is in a cookie that no script can read; this page never keeps it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Refused, told } from "../api/problem";

export interface Person {
  id: string;
  tenant: string;
  roles: string[];
  until: string | null;
}

export interface Provider {
  issuer: string;
  client_id: string;
  authorization_endpoint: string;
  token_endpoint: string;
  resource: string;
  scope: string;
}

export interface Ways {
  local: boolean;
  providers: Provider[];
}

const WHO = ["session"] as const;

async function ask(path: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(path, { ...init, cache: "no-store", credentials: "same-origin" });
  if (!answer.ok) throw new Refused(told(answer.status, await answer.json().catch(() => null)));
  return answer;
}

/** The person, or null where nobody is signed in. */
export function usePerson() {
  return useQuery({
    queryKey: WHO,
    queryFn: async (): Promise<Person | null> => {
      const found: { person: Person | null } = await (await ask("/session")).json();
      return found.person;
    },
    staleTime: 60_000,
  });
}

/** How one can sign in here. */
export function useWays() {
  return useQuery({
    queryKey: ["session", "ways"],
    queryFn: async (): Promise<Ways> => (await ask("/session/ways")).json(),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Hands a token over; from then on the browser sends it and no script sees it again. */
export async function enter(token: string): Promise<void> {
  await ask("/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
}

export function useEnter() {
  const known = useQueryClient();
  return useMutation({ mutationFn: enter, onSuccess: () => known.resetQueries() });
}

export function useLeave() {
  const known = useQueryClient();
  return useMutation({
    mutationFn: () => ask("/session", { method: "DELETE" }),
    onSuccess: () => known.resetQueries(),
  });
}
