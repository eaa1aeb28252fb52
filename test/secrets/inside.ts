// Commands that run in the test's own process, on a home, with what they printed.
import { openDeps } from "../../src/access/open-deps.ts";
import { proveSecrets } from "../../src/access/prove/prove.ts";
import type { ProveReport } from "../../src/access/prove/prove.ts";
import { runCommandLine } from "../../src/cli/main.ts";
import { outsideOf } from "../../src/gateway/prove/outside.ts";
import { capturedIo } from "../support/captured-io.ts";

const openHome = (home: string, command: string) =>
  openDeps({
    processEnv: { PATH: process.env["PATH"] },
    now: Date.now,
    version: "0.0.0",
    command,
    osHome: home,
  });

/** Everything that it printed. */
export async function runInside(home: string, words: readonly string[], stdin = ""): Promise<string> {
  const io = capturedIo({ stdin });
  const deps = openHome(home, words.slice(0, 3).join(" "));
  try {
    await runCommandLine(words, io, () => Promise.resolve(deps));
    const { out, err } = io.said();
    return `${words.join(" ")}\n${out}${err}`;
  } finally {
    await deps.close();
  }
}

export async function prove(home: string): Promise<ProveReport> {
  const deps = openHome(home, "secrets prove");
  try {
    return await proveSecrets(deps, { allowExec: true, outside: outsideOf(deps, 10_000) });
  } finally {
    await deps.close();
  }
}

/** Where secrets lie that should not, one line each: readable when a test fails. */
export const linesOf = ({ leaks }: ProveReport): string[] =>
  leaks.map(({ place, forms, secret }) => {
    const where = Object.values(place).slice(1).join(" ");
    return `${place.kind} ${where}: ${secret.names[0]!.kind} (${forms.join(", ")})`;
  });
