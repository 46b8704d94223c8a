// Further pages of a list, by the server's cursors. The way back is remembered here, because cursors lead only on.
import { useState } from "react";

export interface Pages {
  cursor: string;
  first: boolean;
  forward: (next: string) => void;
  back: () => void;
}

/** Begins again where `about`, what the list is of, changes. */
export function usePages(about: string): Pages {
  const [been, setBeen] = useState<{ about: string; cursors: readonly string[] }>({ about, cursors: [""] });
  const cursors = been.about === about ? been.cursors : [""];
  return {
    cursor: cursors.at(-1) ?? "",
    first: cursors.length === 1,
    forward: (next) => setBeen({ about, cursors: [...cursors, next] }),
    back: () => setBeen({ about, cursors: cursors.slice(0, -1) }),
  };
}

export function Pager({ pages, next }: { pages: Pages; next: string }) {
  if (pages.first && next === "") return null;
  return (
    <div className="pager buttons">
      <button type="button" className="button quiet" disabled={pages.first} onClick={pages.back}>
        ← Newer
      </button>
      <button type="button" className="button quiet" disabled={next === ""} onClick={() => pages.forward(next)}>
        Older →
      </button>
    </div>
  );
}
