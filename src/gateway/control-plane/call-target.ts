// Which gateway `gateway call` means, and what it shows there (OpenClaw docs, "Gateway CLI", `gateway call`).
import { readFileSync } from "node:fs";
import type { CommandDeps } from "../../access/open-deps.ts";
import { withRefValues } from "../../access/secret-refs.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import { Secret as SecretText } from "../../core/secret.ts";
import type { RefState, RefValues } from "../../core/secret-ref.ts";
import { refKey } from "../../core/secret-ref.ts";
import { gatewayUrl } from "../lifecycle/control.ts";
import { readLock } from "../lifecycle/lock.ts";
import type { GatewayOptions } from "../settings/settings.ts";
import { gatewaySettings, ownRefs } from "../settings/settings.ts";
import { givenPassword, knownToken } from "../guard/token.ts";

export interface CallTarget {
  /** `ws:` or `wss:` */
  readonly url: string;
  readonly token?: Secret;
  readonly password?: Secret;
  /** The certificate that it must have, as PEM; those of the system's authorities when absent. */
  readonly certificate?: string;
}

export interface TargetFlags {
  readonly url?: string;
  readonly token?: string;
  readonly password?: string;
}

/** @throws AccessError `bad_input`, `config_invalid` */
export async function callTarget(deps: CommandDeps, flags: TargetFlags): Promise<CallTarget> {
  const { url, token, password } = flags;
  const shown = {
    ...(token === undefined ? {} : { token: new SecretText(token) }),
    ...(password === undefined ? {} : { password: new SecretText(password) }),
  };
  const isTold = token !== undefined || password !== undefined;
  if (url === undefined) return { ...local(deps), ...(isTold ? shown : await ownSecret(deps)) };
  // What is known of the gateway here is not shown to another one.
  if (!isTold)
    throw new AccessError(
      "bad_input",
      "With --url, say what to show there: --token or --password. Without --url, the gateway of this machine is called.",
    );
  return { url: socketUrl(url), ...shown };
}

/** The one that runs here, else where it would. */
function local(deps: CommandDeps): Pick<CallTarget, "url" | "certificate"> {
  const lock = readLock(deps.paths());
  if (!lock) return { url: `ws://127.0.0.1:${gatewaySettings(deps.config().gateway, {}).port}` };
  return { url: socketUrl(gatewayUrl(lock)), ...(lock.certPath ? { certificate: read(lock.certPath) } : {}) };
}

function socketUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" }[url?.protocol ?? ""];
  if (url && scheme) return `${scheme}//${url.host}${url.pathname}${url.search}`;
  throw new AccessError("bad_input", `--url takes ws://host:port or wss://host:port, not "${text}".`);
}

/** As the gateway of this machine has it; it makes a token at its first start. */
async function ownSecret(deps: CommandDeps): Promise<Pick<CallTarget, "token" | "password">> {
  const options: GatewayOptions = {};
  const settings = gatewaySettings(deps.config().gateway, options);
  const { auth } = settings;
  if (auth.mode === "none") return {};
  const config = await withOwnRefs(deps, ownRefs(settings, options, deps.env()));
  const sources = { paths: deps.paths(), env: deps.env(), config, auth, flag: undefined };
  if (auth.mode === "token") {
    const token = knownToken(sources);
    return token ? { token } : {};
  }
  const password = givenPassword(sources)?.secret;
  return password ? { password } : {};
}

async function withOwnRefs(deps: CommandDeps, used: ReturnType<typeof ownRefs>) {
  const config = deps.config();
  const refs = used.map(({ ref }) => ref).filter(({ source }) => source !== "env");
  if (refs.length === 0) return config;
  const { resolveRefs } = await import("../../secrets/resolve.ts");
  const { secretProviders: providers, secretLimits: limits } = config;
  const outcomes = await resolveRefs(refs, { providers, limits, env: deps.env(), home: deps.paths().home });
  const values: RefValues = new Map(
    refs.map((ref): readonly [string, RefState] => {
      const outcome = outcomes.get(refKey(ref));
      if (outcome && "found" in outcome) return [refKey(ref), { value: outcome.found }];
      return [refKey(ref), { problem: outcome?.problem ?? "it was not told" }];
    }),
  );
  return withRefValues(config, values);
}

function read(certPath: string): string {
  try {
    return readFileSync(certPath, "utf8");
  } catch (cause) {
    const message = `The certificate of the gateway, ${certPath}, cannot be read: ${messageOf(cause)}.`;
    throw new AccessError("bad_input", message, { cause });
  }
}
