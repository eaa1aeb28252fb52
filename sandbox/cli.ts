// `npm run -s sandbox -- <command>`: the command line on the sandbox's state dir.
import { ENTRY } from "../scripts/build.ts";
import { runForeground } from "../scripts/foreground.mjs";
import { SANDBOX_HOME, sandboxEnvironment } from "./home.ts";

const env = sandboxEnvironment(SANDBOX_HOME);
process.exitCode = await runForeground(process.execPath, [ENTRY, ...process.argv.slice(2)], { env });
