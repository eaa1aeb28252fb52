// `npm run -s sandbox -- <command>`: the command line on the sandbox's state dir.
import { ENTRY } from "../scripts/build.ts";
import { runForeground } from "../scripts/foreground.mjs";
import { sandboxEnvironment } from "./home.ts";

const env = sandboxEnvironment();
process.exitCode = await runForeground(process.execPath, [ENTRY, ...process.argv.slice(2)], { env });
