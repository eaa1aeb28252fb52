// Loaded before a program, it moves the program's clocks: the one on the wall, and the one that nobody sets. In a child
// with a channel the parent says by how much, and the child ends with the parent.
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

const { now } = Date;
const { uptime } = os;
let passed = 0;
let skewed = 0;
Date.now = () => now() + passed + skewed;
os.uptime = () => uptime() + passed / 1000;
syncBuiltinESMExports();

/**
 * @param {{ ahead?: number; skew?: number }} by `ahead`: this much time has passed, ms; `skew`: the clock on the
 *   wall alone was set by this much
 */
export function moveClock({ ahead = passed, skew = skewed }) {
  passed = ahead;
  skewed = skew;
}

process.on("message", (/** @type {{ ahead?: number; skew?: number }} */ message) => {
  moveClock(message);
  process.send?.("moved");
});
process.on("disconnect", () => process.exit());
process.channel?.unref();
