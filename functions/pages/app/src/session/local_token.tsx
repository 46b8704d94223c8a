// The token of this machine, typed in once. The field is uncontrolled, so that the token is in no component's state.
import type { FormEvent } from "react";
import { Failure } from "../parts/failure";
import { useEnter } from "./session";

export function LocalToken() {
  const enter = useEnter();
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const token = new FormData(form).get("token");
    form.reset();
    if (typeof token === "string") enter.mutate(token.trim());
  };
  return (
    <form className="token" onSubmit={send}>
      <p className="soft">
        In a terminal on this machine, <code>tollgate token</code> prints a token that holds for an hour.
      </p>
      <div className="field">
        <label htmlFor="token">Token</label>
        <input id="token" name="token" type="password" autoComplete="off" spellCheck={false} required />
      </div>
      {enter.isError && <Failure error={enter.error} />}
      <button type="submit" className="button first" disabled={enter.isPending}>
        Sign in
      </button>
    </form>
  );
}
