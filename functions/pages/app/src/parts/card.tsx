// A part of a page with its heading. `flush` lets tables and lists reach the edges.
import { type ReactNode, useId } from "react";

interface Props {
  title: string;
  aside?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}

export function Card({ title, aside, flush, children }: Props) {
  const name = useId();
  return (
    <section className="card" aria-labelledby={name}>
      <header>
        <h2 id={name}>{title}</h2>
        {aside && <div className="soft small">{aside}</div>}
      </header>
      <div className={flush ? "flush" : "body"}>{children}</div>
    </section>
  );
}
