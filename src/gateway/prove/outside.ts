// What a running gateway shows of itself, for the search for secrets: answers, environment, arguments.
import { existsSync, readFileSync } from "node:fs";
import type { CommandDeps } from "../../access/open-deps.ts";
import type { KnownSecrets } from "../../access/prove/known.ts";
import { addVariable } from "../../access/prove/gather.ts";
import type { Outside, OutsideText } from "../../access/prove/prove.ts";
import { Secret } from "../../core/secret.ts";
import { gatewayUrl } from "../lifecycle/control.ts";
import type { GatewayLock } from "../lifecycle/lock.ts";
import { readLock } from "../lifecycle/lock.ts";
import { tokenFile } from "../guard/token.ts";
import type { Target } from "./answers.ts";
import { textsOfAnswers } from "./answers.ts";
import { textsOfFrames } from "./frames.ts";
import { environmentOf, secretVariables, textsOfProcesses, wordsOf } from "./processes.ts";

/** One way in which it answers. */
type Asked = (target: Target) => AsyncIterable<OutsideText | string>;

/** `undefined` when no gateway runs here. */
export function outsideOf(
  deps: CommandDeps,
  timeoutMs: number,
  asked: readonly Asked[] = [textsOfAnswers, textsOfFrames],
): Outside | undefined {
  const lock = readLock(deps.paths());
  if (!lock) return undefined;
  let secret: Secret | undefined;
  return {
    learn(known) {
      secret = secretOf(deps, lock, known);
      if (secret) known.add(secret.reveal(), { kind: "gateway" });
      if (isHere(lock))
        for (const { name, value } of secretVariables(lock.pid)) addVariable(known, name, value);
    },
    async *texts() {
      if (isHere(lock) && existsSync("/proc/self/environ")) yield* textsOfProcesses(lock);
      else yield "The environment and the arguments of the gateway's process cannot be seen from here.";
      const target = { url: gatewayUrl(lock), secret, timeoutMs };
      for (const ask of asked) yield* ask(target);
    },
  };
}

const isHere = ({ elsewhere }: GatewayLock): boolean => elsewhere === undefined;

/** The order in which the gateway itself looks for it (`token.ts`); none is made. */
function secretOf(deps: CommandDeps, lock: GatewayLock, known: KnownSecrets): Secret | undefined {
  const { mode } = deps.config().gateway.auth;
  if (mode === "none") return undefined;
  const kind = mode === "password" ? "password" : "token";
  const variable = `OPENCLAW_GATEWAY_${kind.toUpperCase()}`;
  const inItsEnvironment = isHere(lock)
    ? environmentOf(lock.pid).find(({ name }) => name === variable)?.value
    : undefined;
  const text = [
    isHere(lock) ? flagOf(lock.pid, kind) : undefined,
    inItsEnvironment,
    deps.env()[variable],
    known.named(`gateway.auth.${kind}`),
    kind === "token" ? textOf(tokenFile(deps.paths())) : undefined,
  ].find((one) => one?.trim());
  return text === undefined ? undefined : new Secret(text.trim());
}

/** A secret that somebody typed for all to see. */
function flagOf(pid: number, kind: string): string | undefined {
  const words = wordsOf(pid);
  const at = words.findIndex((word) => word === `--${kind}` || word.startsWith(`--${kind}=`));
  if (at === -1) return undefined;
  return words[at]!.includes("=") ? words[at]!.slice(kind.length + 3) : words[at + 1];
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
