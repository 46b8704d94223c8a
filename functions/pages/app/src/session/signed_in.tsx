// Back from the provider: the code becomes a token, the token a session, and the address is cleaned.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { Loading } from "../parts/loading";
import { finish } from "./oidc";
import { enter } from "./session";
import { SignIn } from "./sign_in";

export function SignedIn() {
  const [, go] = useLocation();
  const known = useQueryClient();
  const [trouble, setTrouble] = useState<unknown>();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const here = new URL(location.href);
    history.replaceState(null, "", here.pathname);
    finish(here)
      .then(async ({ token, then }) => {
        await enter(token);
        await known.resetQueries();
        go(then.startsWith("/") && !then.startsWith("//") ? then : "/runs", { replace: true });
      })
      .catch(setTrouble);
  }, [go, known]);
  if (trouble !== undefined) return <SignIn then="/runs" error={trouble} />;
  return <Loading />;
}
