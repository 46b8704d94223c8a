// What is around every page: the mark, the places, who is signed in, and the ledger's state.
import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { Brand } from "./brand";
import { Nav } from "./nav";

interface Props {
  waiting: number;
  foot: ReactNode;
  alarm: ReactNode;
  children: ReactNode;
}

export function Shell({ waiting, foot, alarm, children }: Props) {
  const main = useRef<HTMLElement>(null);
  const [here] = useLocation();
  const before = useRef(here);
  useEffect(() => {
    if (before.current === here) return;
    before.current = here;
    // As when a page is loaded: reading begins at its top.
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [here]);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="rail">
        <Link className="brand" href="/runs">
          <Brand />
          Tollgate
        </Link>
        <Nav waiting={waiting} />
        <div className="foot">{foot}</div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {alarm}
        {children}
      </main>
    </div>
  );
}
