// Times and lengths of time for people. Everything is UTC.

const STEPS: readonly [number, string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

/** `2026-11-29 22:35:06 UTC`. */
export function exact(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `just now`, `5 min ago`, `in 2 h`; the date beyond a week. */
export function ago(at: string, now: number): string {
  const seconds = (now - new Date(at).getTime()) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return "just now";
  if (size > 7 * 86_400) return new Date(at).toISOString().slice(0, 10);
  const [unit, name] = STEPS.find(([step]) => size >= step) ?? [60, "min"];
  const count = Math.max(1, Math.round(size / unit));
  return seconds > 0 ? `${count} ${name} ago` : `in ${count} ${name}`;
}

/** `12 ms`, `3.4 s`, `5 min 12 s`, `2 h 5 min`. */
export function length(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}
