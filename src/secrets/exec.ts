// Secrets that a program prints: asked for in batches, each a run of the program (fidelity spec §8).
import { dirname } from "node:path";
import type { ExecProvider } from "../core/secret-ref.ts";
import type { Environment } from "./env.ts";
import { judgeOutput, questionFor } from "./exec-answer.ts";
import { runProgram } from "./exec-child.ts";
import type { Outcomes } from "./outcome.ts";
import { allOf, failed } from "./outcome.ts";
import { trustedProgram } from "./trusted-path.ts";

export interface ExecQuestion {
  readonly alias: string;
  readonly block: ExecProvider;
  readonly ids: readonly string[];
  readonly env: Environment;
  readonly maxBatchBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Never rejects: each id has its outcome. */
export async function askProgram(question: ExecQuestion): Promise<Outcomes> {
  const { alias, block, ids, env, maxBatchBytes, signal } = question;
  const program = trustedProgram(block);
  if ("fault" in program) return allOf(ids, failed(program.fault));
  const outcomes = new Map<string, ReturnType<typeof failed>>();
  for (const batch of batchesOf(alias, ids, maxBatchBytes)) {
    const ran = await runProgram({
      path: program.path,
      name: block.command,
      args: block.args,
      env: environmentFor(block, env),
      cwd: dirname(program.path),
      input: questionFor(alias, batch),
      timeoutMs: block.timeoutMs,
      noOutputTimeoutMs: block.noOutputTimeoutMs,
      maxOutputBytes: block.maxOutputBytes,
      signal,
    });
    const judged = "output" in ran ? judgeOutput(ran.output, batch, block.jsonOnly) : allOf(batch, ran);
    for (const [id, outcome] of judged) outcomes.set(id, outcome);
    // One that hangs or dies does so for every batch: the rest need not be waited for.
    if ("problem" in ran) return new Map([...allOf(ids, ran), ...outcomes]);
  }
  return outcomes;
}

/** Only what the block names: no secret of ours goes along unasked. */
export function environmentFor(
  { env: fixed, passEnv }: Pick<ExecProvider, "env" | "passEnv">,
  env: Environment,
): Record<string, string> {
  const passed = passEnv.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...fixed };
}

/** As few questions as fit into `most` bytes each. An id that is longer alone gets its own. Pure. */
export function batchesOf(alias: string, ids: readonly string[], most: number): string[][] {
  const frame = Buffer.byteLength(questionFor(alias, []));
  const batches: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const id of ids) {
    const own = Buffer.byteLength(JSON.stringify(id)) + 1;
    if (size + own > most) {
      batches.push([]);
      size = frame;
    }
    batches.at(-1)!.push(id);
    size += own;
  }
  return batches;
}
