// A box that scrolls sideways, for what cannot be narrower. It takes the keyboard's focus, so that arrows move it.
import type { ReactNode } from "react";

export function Scroll({ name, children }: { name: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section className="scroll" aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}
