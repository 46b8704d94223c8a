// Who is signed in, and what they can do about it.
import type { ReactNode } from "react";
import { type Person, useLeave } from "../session/session";
import { Icon } from "./icon";
import { Theme } from "./theme";

export function Foot({ person, children }: { person: Person; children?: ReactNode }) {
  const leave = useLeave();
  return (
    <>
      {children && <div className="proof">{children}</div>}
      <div className="who" title={`Roles: ${person.roles.join(", ") || "none"}`}>
        {person.id}
        <div className="soft small">{person.tenant}</div>
      </div>
      <div className="row">
        <Theme />
        <button type="button" className="button quiet icon" onClick={() => leave.mutate()} aria-label="Sign out">
          <Icon name="leave" />
        </button>
      </div>
    </>
  );
}
