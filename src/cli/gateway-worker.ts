// A worker of `gateway run --workers`: nothing is read from the command line or the disk; its primary tells it all.
import { runWorker } from "../gateway/workers/worker.ts";
import { keepWarm } from "./gateway-deps.ts";

export async function runAsWorker(): Promise<void> {
  keepWarm();
  await runWorker();
}
