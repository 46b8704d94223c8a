// Any value as people read it.

/** `EU, US`, `yes`, `–`. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length ? value.map(shown).join(", ") : "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The beginning of a long digest. */
export function short(digest: string): string {
  return digest.slice(0, 12);
}
