// The months that one can look back on. Pure.

/** This month (""), and the five before by name, newest first. UTC. */
export function months(now: Date): readonly (readonly [string, string])[] {
  const before = [1, 2, 3, 4, 5].map((back) => {
    const name = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
    return [name, name] as const;
  });
  return [["", "This month"], ...before];
}
