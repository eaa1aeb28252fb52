// `npm start [-- <flags of gateway run>]`: the gateway in the foreground, on the user's own credentials; where
// none is configured, on a sandbox of simulated accounts.
import { spawnSync } from "node:child_process";
import { furnish, SANDBOX_HOME, sandboxEnvironment } from "../sandbox/home.ts";
import { startUpstream } from "../sandbox/upstream.ts";
import { loadConfig } from "../src/config/load.ts";
import { messageOf } from "../src/core/errors.ts";
import { buildIfStale, ENTRY } from "./build.ts";
import { runForeground } from "./foreground.mjs";

/** Next to the gateway's own. A fixed port also keeps two sandboxes from sharing one state dir. */
const UPSTREAM_PORT = 18_790;

/** The part of `models status --json` that is read here. */
interface Status {
  readonly configPath: string;
  readonly auth: {
    readonly providers: readonly {
      readonly effective: { readonly kind: string };
      readonly profiles: { readonly count: number };
    }[];
  };
}

async function start(flags: readonly string[]): Promise<number> {
  await buildIfStale();
  const status = readStatus();
  if (!status) return 1;
  return isConfigured(status) ? runGateway(flags) : runSandbox(flags);
}

/** `undefined` after the command said on stderr what is wrong: a sandbox would only hide that. */
function readStatus(): Status | undefined {
  const { status, stdout } = spawnSync(process.execPath, [ENTRY, "models", "status", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  return status === 0 ? (JSON.parse(stdout) as Status) : undefined;
}

/** Whether there is anything of the user's own: a credential, or a provider in the config (some need none). */
function isConfigured({ configPath, auth }: Status): boolean {
  const hasCredential = auth.providers.some(
    ({ effective, profiles }) => effective.kind !== "missing" || profiles.count > 0,
  );
  return hasCredential || loadConfig({ configPath }).providers.size > 0;
}

const runGateway = (flags: readonly string[], env = process.env): Promise<number> =>
  runForeground(process.execPath, [ENTRY, "gateway", "run", ...flags], { env });

async function runSandbox(flags: readonly string[]): Promise<number> {
  const upstream = await startUpstream(UPSTREAM_PORT).catch((error: NodeJS.ErrnoException) => {
    throw upstreamFault(error);
  });
  try {
    furnish(SANDBOX_HOME, upstream.url, ENTRY);
    console.error(welcome(upstream.url));
    return await runGateway(flags, sandboxEnvironment(SANDBOX_HOME));
  } finally {
    upstream.close();
  }
}

const upstreamFault = (error: NodeJS.ErrnoException): Error =>
  error.code === "EADDRINUSE"
    ? new Error(
        `Port ${UPSTREAM_PORT}, where the sandbox's simulated providers listen, is taken: is another sandbox running? Stop it and try again.`,
      )
    : error;

const welcome = (upstreamUrl: string): string => `
SANDBOX. No credential is configured, so the gateway below works on simulated accounts
(${upstreamUrl}; what each of them does: sandbox/accounts.ts). Nothing leaves this machine,
and your own ~/.openclaw stays as it is.

Try, in a second terminal in this folder:
  the curl line below, five times: the answer names the account, and the fourth comes from another one
  npm run -s sandbox -- models why last      what the gateway tried for the last answer, and why
  npm run -s sandbox -- models status        every account and how it is

Leave it with a real key (it is asked for, and not shown), then run npm start again:
  npm run -s openclaw -- models auth paste-api-key --provider anthropic
`;

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
