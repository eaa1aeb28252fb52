// A process that seals, rekeys or unseals a home, and is killed at a step of it.
import { openDeps } from "../../src/access/open-deps.ts";
import { rekey } from "../../src/access/seal/rekey.ts";
import { seal } from "../../src/access/seal/seal.ts";
import { unseal } from "../../src/access/seal/unseal.ts";

const [home = "", what = "", at = "-1"] = process.argv.slice(2);
const deps = openDeps({ processEnv: { HOME: home }, now: Date.now, version: "0.0.0-test", osHome: home });
let steps = 0;
const step = () => {
  if (steps++ === Number(at)) process.kill(process.pid, "SIGKILL");
};
const WORK = {
  seal: () => seal(deps, {}, { step }),
  rekey: () => rekey(deps, {}, { step, handOverMs: 0 }),
  unseal: () => unseal(deps, { step }),
};
await WORK[what as keyof typeof WORK]();
await deps.close();
process.stdout.write(String(steps));
