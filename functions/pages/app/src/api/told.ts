// Reading what the ledger's entries carry. Their bodies are open, so each reader says what it expects and bears nothing else.

/** The value at a path such as `decision.verdict`; undefined where there is none. */
export function at(body: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((here, name) => {
    if (typeof here !== "object" || here === null) return undefined;
    return (here as Record<string, unknown>)[name];
  }, body);
}

export function textAt(body: unknown, path: string): string {
  const found = at(body, path);
  return typeof found === "string" ? found : "";
}

export function numberAt(body: unknown, path: string): number | undefined {
  const found = at(body, path);
  return typeof found === "number" ? found : undefined;
}

export function listAt(body: unknown, path: string): readonly unknown[] {
  const found = at(body, path);
  return Array.isArray(found) ? found : [];
}
