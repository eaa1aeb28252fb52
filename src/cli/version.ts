// The version that was built; from the sources, the one in package.json.
import { readFileSync } from "node:fs";
import { join } from "node:path";

declare const __VERSION__: string | undefined;

export const VERSION: string = typeof __VERSION__ === "string" ? __VERSION__ : sourceVersion();

function sourceVersion(): string {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  return manifest.version;
}
