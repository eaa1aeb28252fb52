// `onboard --mode remote`: asked for or said, tried by one call, shown, written.
import type { Talk } from "../access/login/talk.ts";
import { writeConfig } from "../access/config-edit.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { AccessError, faultIn } from "../core/errors.ts";
import { curlLine } from "../gateway/lifecycle/announce.ts";
import type { RemoteGateway } from "../onboard/remote.ts";
import { httpAddress, parseRemoteUrl, remoteEdits, tryRemote } from "../onboard/remote.ts";
import type { Tried } from "../onboard/source.ts";
import { triedWords } from "../onboard/summary.ts";
import { terminalTalk } from "./ask.ts";
import { untilInterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import type { OnboardFlags } from "./onboard-flags.ts";

export interface RemoteReport {
  readonly mode: "remote";
  readonly remoteUrl: string;
  readonly auth: "token" | "none";
  readonly test: Tried["status"] | "skipped";
  readonly configPath: string;
  readonly configChanged: boolean;
  readonly backupPath?: string;
  /** a line for a shell that has the token in OPENCLAW_GATEWAY_TOKEN */
  readonly curl: string;
}

const VARIABLE = "OPENCLAW_GATEWAY_TOKEN";
const LEFT = "Cancelled. Nothing was changed.";
const USUAL_TIMEOUT_MS = 15_000;

/** @throws AccessError `bad_input`, `no_terminal`, `cancelled`, `upstream_failed` when the token is refused */
export async function onboardRemote(io: Io, deps: CommandDeps, flags: OnboardFlags): Promise<RemoteReport> {
  const talk = flags.nonInteractive
    ? undefined
    : terminalTalk(
        io,
        flags.json,
        "onboard asks questions, and needs a terminal. Without one: openclaw onboard --non-interactive --accept-risk --mode remote --remote-url wss://host:18789",
      );
  // What cannot be read is found before anybody is asked.
  deps.config();
  const gateway = await asked(deps, flags, talk);
  const tried = flags.skipHealth
    ? undefined
    : await untilInterrupted(
        (signal) => tryRemote(gateway, flags.testTimeout ?? USUAL_TIMEOUT_MS, signal),
        LEFT,
      );
  if (tried) io.say(`${gateway.url.host}: ${triedWords(tried)}`);
  if (talk) await agreed(talk, deps, gateway);
  else if (tried?.status === "refused")
    throw new AccessError(
      "upstream_failed",
      `${gateway.url.host}: ${tried.why}. Nothing was written. Say --remote-token, or --skip-health to write it all the same.`,
    );
  return await written(deps, gateway, tried);
}

async function asked(deps: CommandDeps, flags: OnboardFlags, talk: Talk | undefined): Promise<RemoteGateway> {
  const env = process.env;
  if (flags.remoteUrl === undefined && !talk)
    throw new AccessError("bad_input", "--mode remote needs --remote-url, such as wss://host:18789.");
  const text =
    flags.remoteUrl ??
    (await talk!.text("Address of the gateway", "wss://", (typed) =>
      faultIn(() => parseRemoteUrl(typed, env)),
    ));
  const url = parseRemoteUrl(text, env);
  const typed =
    flags.remoteToken ??
    (talk
      ? await talk.secret("Its token (empty when it wants none)", () => undefined)
      : deps.env()[VARIABLE]);
  return { url, token: typed?.trim() || undefined };
}

async function agreed(talk: Talk, deps: CommandDeps, { url, token }: RemoteGateway): Promise<void> {
  talk.notify(
    [
      "This is the plan. Nothing is written yet.",
      `  Use the gateway at ${url.href}, ${token === undefined ? "without a token" : "with the token"}`,
      `  Edit ${deps.paths().configPath}`,
    ].join("\n"),
  );
  if (!(await talk.confirm("Do this?", true))) throw new AccessError("cancelled", LEFT);
}

async function written(
  deps: CommandDeps,
  gateway: RemoteGateway,
  tried: Tried | undefined,
): Promise<RemoteReport> {
  const note = {
    at: new Date(deps.now()).toISOString(),
    version: deps.version,
    command: "onboard",
    accepted: true,
  } as const;
  const { config, changed, backupPath } = await writeConfig(deps, (_config, document) =>
    remoteEdits(document, gateway, note),
  );
  const { url, token } = gateway;
  const address = { url: httpAddress(url), certPath: undefined };
  return {
    mode: "remote",
    remoteUrl: url.href,
    auth: token === undefined ? "none" : "token",
    test: tried?.status ?? "skipped",
    configPath: config.path,
    configChanged: changed,
    ...(backupPath === undefined ? {} : { backupPath }),
    curl: curlLine(address, token === undefined ? undefined : `$${VARIABLE}`),
  };
}

export const renderRemote = ({ remoteUrl, auth, configPath, backupPath, curl }: RemoteReport): string =>
  [
    `The gateway is at ${remoteUrl}.`,
    `Updated config: ${configPath}`,
    ...(backupPath === undefined ? [] : [`  Backup: ${backupPath}`]),
    auth === "token" ? `A call, once the shell has the token in ${VARIABLE}:` : "A call:",
    `  ${curl}`,
  ].join("\n");
