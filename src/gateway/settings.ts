// Where a gateway listens and who may speak to it: flags over config.
import type { Deps } from "../access/deps.ts";
import type { GatewayConfig } from "../config/config.ts";
import { AccessError } from "../core/errors.ts";
import type { GuardSettings } from "./guard.ts";
import type { GatewaySecret } from "./token.ts";
import { gatewayPassword, gatewayToken } from "./token.ts";

export interface GatewayOptions {
  readonly port?: number;
  readonly bind?: string;
  readonly authMode?: string;
  readonly token?: string;
  readonly password?: string;
}

export type Settings = GatewayConfig & { readonly hosts: readonly string[] };

/** @throws AccessError `bad_input`, `config_invalid` */
export function gatewaySettings(config: GatewayConfig, options: GatewayOptions): Settings {
  const bind = options.bind ?? config.bind;
  const mode = options.authMode ?? config.auth.mode;
  if (mode !== "none" && mode !== "token" && mode !== "password") {
    throw new AccessError(
      "bad_input",
      `gateway.auth.mode "${mode}" is not supported yet. Use token, password or none.`,
    );
  }
  const hosts = hostsOf(bind);
  if (mode === "none" && bind !== "loopback") {
    throw new AccessError(
      "bad_input",
      "Without authentication the gateway listens on loopback only. Set gateway.auth.mode to token.",
    );
  }
  return { ...config, bind, port: options.port ?? config.port, auth: { ...config.auth, mode }, hosts };
}

/** `gateway.bind` to addresses: a mode by name, or an address. */
function hostsOf(bind: string): readonly string[] {
  if (bind === "loopback") return ["127.0.0.1", "::1"];
  if (bind === "lan") return ["0.0.0.0"];
  if (/^[\d.]+$|:/.test(bind)) return [bind];
  throw new AccessError(
    "bad_input",
    `gateway.bind "${bind}" is not supported. Use loopback, lan or an address.`,
  );
}

/** @throws AccessError `bad_input`, `config_invalid`, `store_unwritable` */
export function guardOf(
  deps: Pick<Deps, "paths" | "env">,
  settings: Settings,
  options: GatewayOptions,
): { guard: GuardSettings; secret?: GatewaySecret } {
  const common = { loopback: settings.bind === "loopback", allowedOrigins: settings.allowedOrigins };
  const { mode } = settings.auth;
  if (mode === "none") return { guard: common };
  const sources = { paths: deps.paths(), env: deps.env(), auth: settings.auth };
  const secret =
    mode === "password"
      ? gatewayPassword({ ...sources, flag: options.password })
      : gatewayToken({ ...sources, flag: options.token });
  return { guard: { ...common, secret: secret.secret }, secret };
}
