// A page: its heading, a sentence about it, and its parts.
import type { ReactNode } from "react";
import { useTitle } from "./title";

interface Props {
  title: string;
  about?: ReactNode;
  children: ReactNode;
}

export function Page({ title, about, children }: Props) {
  useTitle(title);
  return (
    <div className="page">
      <header>
        <h1>{title}</h1>
        {about && <p>{about}</p>}
      </header>
      {children}
    </div>
  );
}
