// The digest of what the built files are made from. It is built into them, so that stale ones are found without Node.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const ROOTS = ["src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];
const OTHER = /\.(test\.tsx?|d\.ts)$/;

function files(root: string, name: string): string[] {
  try {
    return readdirSync(join(root, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  } catch {
    return [name];
  }
}

/** Of every source by name, in the order of the names; tests and types make nothing of what is built. */
export function digest(root: string): string {
  const names = ROOTS.flatMap((name) => files(root, name)).filter((name) => !OTHER.test(name));
  const lines = names.sort().map((name) => {
    const made = createHash("sha256")
      .update(readFileSync(join(root, name)))
      .digest("hex");
    return `${made}  ${name}\n`;
  });
  return createHash("sha256").update(lines.join("")).digest("hex");
}

/** Writes it beside the built files. */
export function recorded(): Plugin {
  return {
    name: "tollgate-digest",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "sources.sha256", source: `${digest(import.meta.dirname)}\n` });
    },
  };
}
