// A run's ledger entries as they are written, by server-sent events. After a break the browser asks for what came since.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Shapes } from "./client";

export type Entry = Shapes["LedgerEntry"];
/** Entries after which other offers were compared. */
const COMPARED = new Set(["allocated", "no_offer"]);

export type Line = "connecting" | "live" | "broken" | "over";

/** The entries with one more, in their order, each once. */
export function joined(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const last = entries.at(-1);
  if (last === undefined || last.seq < entry.seq) return [...entries, entry];
  if (entries.some((each) => each.seq === entry.seq)) return entries;
  return [...entries, entry].sort((a, b) => a.seq - b.seq);
}

/** What was written so far and is being written. What was read of the run before is asked for again as it goes on. */
export function useEntries(run: string): { entries: readonly Entry[]; line: Line } {
  const known = useQueryClient();
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [line, setLine] = useState<Line>("connecting");
  useEffect(() => {
    setEntries([]);
    setLine("connecting");
    const source = new EventSource(`/api/v1/runs/${encodeURIComponent(run)}/stream`);
    const again = (...of: string[]) => void known.invalidateQueries({ queryKey: ["runs", ...of] });
    source.onopen = () => setLine("live");
    source.addEventListener("entry", (message: MessageEvent<string>) => {
      const entry: Entry = JSON.parse(message.data);
      setEntries((before) => joined(before, entry));
      if (COMPARED.has(entry.kind)) again("candidates", run);
    });
    source.addEventListener("run", () => again("one", run));
    source.addEventListener("end", () => {
      source.close();
      setLine("over");
      again();
    });
    source.onerror = () => setLine(source.readyState === EventSource.CLOSED ? "broken" : "connecting");
    return () => source.close();
  }, [run, known]);
  return { entries, line };
}
