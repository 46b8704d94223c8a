// Builds again elsewhere and says what ships but is not what the sources make, or not the types that the API has now.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HERE = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), "tollgate-pages-"));

function run(tool: string, ...words: string[]): void {
  const path = join(HERE, "node_modules", ".bin", tool);
  execFileSync(path, words, {
    cwd: HERE,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, TOLLGATE_DIST: join(folder, "dist") },
  });
}

function contents(root: string): Map<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [path.slice(root.length + 1), readFileSync(path, "utf8")]));
}

try {
  run("vite", "build", "--logLevel", "error");
  run("openapi-typescript", "../../../docs/openapi.json", "-o", join(folder, "schema.d.ts"));
  const [made, ships] = [contents(join(folder, "dist")), contents(join(HERE, "..", "dist"))];
  const names = [...new Set([...made.keys(), ...ships.keys()])];
  const stale = names.filter((name) => made.get(name) !== ships.get(name));
  const types =
    readFileSync(join(folder, "schema.d.ts"), "utf8") !== readFileSync(join(HERE, "src/api/schema.d.ts"), "utf8");
  if (types) stale.push("src/api/schema.d.ts");
  if (stale.length > 0) {
    process.stderr.write(`Not what the sources make: ${stale.join(", ")}. Run \`make pages\`.\n`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
