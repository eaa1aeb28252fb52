// `secrets apply` for a person at a page of the gateway. It opens stores as their owner and waits for disks: a program
// of its own does that, and the gateway goes on meanwhile. A plan holds no secret.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import type { ApplyOptions } from "../gateway/control-plane/control-door.ts";
import { ownProgram } from "./service-start.ts";

/** What the program takes, by what the method takes. */
const FLAGS = { allowExec: "--allow-exec", replace: "--replace" } as const satisfies Record<
  keyof ApplyOptions,
  string
>;

const LONGEST_MS = 10 * 60_000;
const MOST_BYTES = 16 * 1024 * 1024;

/** @throws AccessError with what the program said, when it refused */
export async function applyElsewhere(plan: unknown, options: ApplyOptions): Promise<JsonObject> {
  const folder = await mkdtemp(join(tmpdir(), "openclaw-plan-"));
  try {
    const file = join(folder, "plan.json");
    await writeFile(file, JSON.stringify(plan), { mode: 0o600 });
    const flags = Object.entries(FLAGS).flatMap(([name, flag]) =>
      options[name as keyof typeof FLAGS] ? [flag] : [],
    );
    return reportIn(await saidBy(["secrets", "apply", file, "--yes", "--json", ...flags]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Its one document, whatever its exit code. */
function saidBy(words: readonly string[]): Promise<string> {
  const [program, ...first] = ownProgram();
  return new Promise((resolve) => {
    const limits = { timeout: LONGEST_MS, maxBuffer: MOST_BYTES };
    execFile(program!, [...first, ...words], limits, (_error, stdout) => resolve(stdout));
  });
}

function reportIn(said: string): JsonObject {
  const report = parseObject(said);
  const fault = report?.["error"];
  if (report && fault === undefined) return report;
  const told = isObject(fault) ? fault["message"] : fault;
  const words = typeof told === "string" ? told : "It ended without a word. Run: openclaw secrets apply";
  throw new AccessError("bad_input", inParameters(words));
}

/** Who calls a method has no flags. */
const inParameters = (words: string): string =>
  Object.entries(FLAGS).reduce(
    (told, [name, flag]) => told.replaceAll(`With ${flag} `, `With ${name}: true `),
    words,
  );
