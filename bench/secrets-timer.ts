// Times how long references take that lie with programs: in a process of its own, on what the gateway asks them with.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readResolution, readSecretProviders } from "../src/config/secret-section.ts";
import type { SecretRef } from "../src/core/credential.ts";
import { resolveRefs } from "../src/secrets/resolve.ts";
import type { SecretsTime } from "./measures/secrets.ts";

const ALIASES = ["one", "two", "three"];
const REFS = 200;

const folder = mkdtempSync(join(tmpdir(), "openclaw-bench-"));
const refs: SecretRef[] = Array.from({ length: REFS }, (_, n) => ({
  source: "exec",
  provider: ALIASES[n % ALIASES.length]!,
  id: `team/key${n}`,
}));

/** It waits, then prints what all of its references say; nothing of it is the program's own time. */
function program(alias: string) {
  const own = refs.filter(({ provider }) => provider === alias);
  const values = Object.fromEntries(own.map(({ id }) => [id, `sk-fake-${id}`]));
  const command = join(folder, alias);
  const answer = JSON.stringify({ protocolVersion: 1, values });
  writeFileSync(command, `#!/bin/sh\nsleep 0.05\ncat <<'END'\n${answer}\nEND\n`);
  chmodSync(command, 0o700);
  return { source: "exec", command, passEnv: ["PATH"] };
}

try {
  const section = { providers: Object.fromEntries(ALIASES.map((alias) => [alias, program(alias)])) };
  const sources = {
    providers: readSecretProviders(section),
    limits: readResolution(section),
    env: process.env,
    home: folder,
  };
  const times: SecretsTime[] = [];
  for (const which of ["first", "again"] as const) {
    const began = performance.now();
    const outcomes = await resolveRefs(refs, sources);
    const ms = performance.now() - began;
    const missed = [...outcomes.values()].filter((outcome) => !("found" in outcome));
    if (missed.length > 0 || outcomes.size !== REFS) throw new Error(`${missed.length} were not had.`);
    times.push({ label: `${REFS} references over ${ALIASES.length} programs of 50 ms, ${which}`, ms });
  }
  process.send!(times);
} finally {
  rmSync(folder, { recursive: true });
}
process.once("disconnect", () => process.exit());
