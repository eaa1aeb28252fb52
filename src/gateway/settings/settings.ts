// Where a gateway listens and who may speak to it: flags over config.
import type { Deps } from "../../access/deps.ts";
import type { UsedRef } from "../../access/secret-refs.ts";
import type { GatewayAuthConfig, GatewayConfig } from "../../config/config.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { Environment } from "../../secrets/env.ts";
import { referenceIn } from "../../secrets/env.ts";
import { hostsOf } from "../sockets/bind.ts";
import type { GuardSettings } from "../guard/guard.ts";
import { isLoopback, proxyList } from "../guard/source.ts";
import type { GatewaySecret } from "../guard/token.ts";
import { gatewayPassword, gatewayToken, givenPassword, isGuessProof } from "../guard/token.ts";

export interface GatewayOptions {
  readonly port?: number;
  readonly bind?: string;
  readonly authMode?: string;
  readonly token?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly workers?: number;
}

export type Settings = GatewayConfig & { readonly hosts: readonly string[] };

type Mode = GatewayAuthConfig["mode"];
const MODES: readonly Mode[] = ["none", "token", "password", "trusted-proxy"];

/** @throws AccessError `bad_input`, `config_invalid` */
export function gatewaySettings(config: GatewayConfig, options: GatewayOptions): Settings {
  const bind = options.bind ?? config.bind;
  const mode = modeOf(config.auth, options);
  const hosts = hostsOf(bind, config);
  if (mode === "none" && !hosts.every(isLoopback)) {
    throw new AccessError(
      "bad_input",
      `Without authentication the gateway listens on loopback only, not on ${hosts.join(", ")}. Set gateway.auth.mode to token, or gateway.bind to loopback.`,
    );
  }
  return { ...config, bind, port: options.port ?? config.port, auth: { ...config.auth, mode }, hosts };
}

function modeOf(auth: GatewayAuthConfig, options: GatewayOptions): Mode {
  const { authMode, token, password, passwordFile } = options;
  if (authMode !== undefined) {
    const mode = MODES.find((known) => known === authMode);
    if (mode) return mode;
    throw new AccessError("bad_input", `--auth "${authMode}" is not known. Use one of: ${MODES.join(", ")}.`);
  }
  const typed = password !== undefined || passwordFile !== undefined;
  if ((typed && token !== undefined) || (auth.ambiguous && !typed && token === undefined))
    throw new AccessError(
      "config_invalid",
      "There is a token and a password. Say which is asked for: gateway.auth.mode, or --auth token or password.",
    );
  if (typed && auth.mode !== "trusted-proxy") return "password";
  return token !== undefined && auth.mode === "password" ? "token" : auth.mode;
}

/** @throws AccessError `bad_input`, `config_invalid`, `store_unwritable` */
export function guardOf(
  deps: Pick<Deps, "paths" | "env" | "config">,
  settings: Settings,
  options: GatewayOptions,
): { guard: GuardSettings; secret?: GatewaySecret } {
  const { allowedOrigins, auth, hosts } = settings;
  const common = {
    mode: auth.mode,
    loopback: hosts.every(isLoopback),
    allowedOrigins,
    trust: trustOf(settings),
    rateLimit: auth.rateLimit,
    strong: false,
  };
  if (auth.mode === "none") return { guard: common };
  const secret = secretOf(deps, auth, options);
  const proxy = auth.mode === "trusted-proxy" ? proxyRules(settings) : undefined;
  return {
    guard: {
      ...common,
      ...(secret ? { secret: secret.secret, strong: isGuessProof(secret.secret) } : {}),
      ...(proxy ? { proxy } : {}),
    },
    ...(secret ? { secret } : {}),
  };
}

/** References to the gateway's own secret, as far as nothing goes before them. */
export function ownRefs({ auth }: Settings, options: GatewayOptions, env: Environment): UsedRef[] {
  if (auth.mode === "none") return [];
  const kind = auth.mode === "token" ? "token" : "password";
  const { token, password, passwordFile } = options;
  const typed = kind === "token" ? token : (password ?? passwordFile);
  const ref = referenceIn(auth[kind]);
  const isMeant = typed === undefined && !env[`OPENCLAW_GATEWAY_${kind.toUpperCase()}`]?.trim();
  return ref && isMeant ? [{ ref, place: `gateway.auth.${kind}` }] : [];
}

function secretOf(
  deps: Pick<Deps, "paths" | "env" | "config">,
  auth: GatewayAuthConfig,
  { token, password, passwordFile }: GatewayOptions,
): GatewaySecret | undefined {
  const sources = { paths: deps.paths(), env: deps.env(), config: deps.config(), auth };
  if (auth.mode === "token") return gatewayToken({ ...sources, flag: token });
  const told = { ...sources, flag: password, file: passwordFile };
  return auth.mode === "password" ? gatewayPassword(told) : givenPassword(told);
}

function trustOf({ trustedProxies, allowRealIpFallback: realIp }: Settings): GuardSettings["trust"] {
  try {
    const proxies = proxyList(trustedProxies);
    return { ...(proxies ? { proxies } : {}), realIp };
  } catch (cause) {
    throw new AccessError(
      "config_invalid",
      `gateway.trustedProxies holds what is no address or range (${messageOf(cause)}). Use 10.0.0.1 or 10.0.0.0/24.`,
      { cause },
    );
  }
}

/** What can let nobody in is refused at the start. */
function proxyRules({ auth, trustedProxies }: Settings): NonNullable<GuardSettings["proxy"]> {
  const { userHeader, ...rules } = auth.trustedProxy;
  const missing = [
    ...(userHeader === undefined
      ? ["gateway.auth.trustedProxy.userHeader, the header that names the user"]
      : []),
    ...(trustedProxies.length === 0 ? ["gateway.trustedProxies, the addresses of the proxy"] : []),
  ];
  if (userHeader === undefined || missing.length > 0)
    throw new AccessError(
      "config_invalid",
      `gateway.auth.mode trusted-proxy needs ${missing.join(" and ")}.`,
    );
  if (auth.token !== undefined)
    throw new AccessError(
      "config_invalid",
      "gateway.auth.mode trusted-proxy takes no gateway.auth.token. Take it out; callers on this machine use gateway.auth.password.",
    );
  return { ...rules, userHeader };
}
