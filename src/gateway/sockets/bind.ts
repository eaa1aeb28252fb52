// `gateway.bind` to addresses: a mode by name (OpenClaw docs, "Gateway"), or an address.
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { GatewayConfig } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";

/** @throws AccessError `bad_input`, `config_invalid` */
export function hostsOf(
  bind: string,
  { customBindHost }: Pick<GatewayConfig, "customBindHost">,
): readonly string[] {
  switch (bind) {
    case "loopback":
    // Loopback is always there: what lies beyond is opened by name only.
    case "auto":
    case "localhost":
      return ["127.0.0.1", "::1"];
    case "lan":
      return ["0.0.0.0"];
    case "tailnet":
      return [tailnetAddress()];
    case "custom":
      return [customAddress(customBindHost)];
    default:
      return [plainAddress(bind)];
  }
}

function plainAddress(bind: string): string {
  if (isIP(bind) !== 0) return bind;
  throw new AccessError(
    "bad_input",
    `gateway.bind "${bind}" is not known. Use loopback, lan, tailnet, auto, custom or an address.`,
  );
}

function customAddress(host: string | undefined): string {
  if (host !== undefined && isIP(host) !== 0) return host;
  const problem = host === undefined ? "is not set" : `"${host}" is no address`;
  throw new AccessError(
    "config_invalid",
    `gateway.bind is custom, and gateway.customBindHost ${problem}. Set it: openclaw config set gateway.customBindHost 192.0.2.10`,
  );
}

/** Tailscale gives addresses of 100.64.0.0/10. */
function tailnetAddress(): string {
  const own = Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(({ address }) => address),
  );
  const found = own.find((address) => /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(address));
  if (found !== undefined) return found;
  throw new AccessError(
    "config_invalid",
    "gateway.bind is tailnet, but this machine has no Tailscale address. Start Tailscale, or use loopback.",
  );
}
