// A worker of `gateway run --workers`: nothing is read from the command line or the disk; its primary tells it all.
import { writeSync } from "node:fs";
import type { Secret } from "../core/secret.ts";
import { SecretHider } from "../core/secret-hider.ts";
import { runWorker } from "../gateway/workers/worker.ts";
import { tellCrash } from "./crash.ts";
import { keepWarm } from "./gateway-deps.ts";

export async function runAsWorker(): Promise<void> {
  keepWarm();
  const hider = new SecretHider();
  let secrets: (() => Iterable<Secret>) | undefined;
  tellCrash(
    (text) => hider.hide(text, secrets?.() ?? []),
    (text) => void writeSync(process.stderr.fd, `${text}\n`),
  );
  await runWorker((known) => (secrets = known));
}
