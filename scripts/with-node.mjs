// `node scripts/with-node.mjs <file> [args]`: runs a file of this repository on Node >= 24, from any Node >= 20,
// and brings what is missing for it: that Node, and the packages of the lock file.
import { fileURLToPath } from "node:url";
import { runForeground } from "./foreground.mjs";
import { node24 } from "./node24.mjs";
import { isInstalled, npmCi, SetupError, tell } from "./npm-ci.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

try {
  const node = await node24();
  if (!isInstalled(ROOT)) await npmCi(ROOT, "the packages", `Run "npm ci" to see why, then try again.`);
  process.exitCode = await runForeground(node, process.argv.slice(2));
} catch (error) {
  tell(error instanceof SetupError ? error.message : String(error));
  process.exitCode = 1;
}
