// The gateway's part of onboarding: its token, its service, and the line that calls it.
import { statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { CommandDeps, Settings } from "../access/open-deps.ts";
import type { SecretInput } from "../config/config.ts";
import { untilde } from "../config/paths.ts";
import { AccessError } from "../core/errors.ts";
import { curlLine, reachable } from "../gateway/announce.ts";
import { gatewayUrl } from "../gateway/control.ts";
import { readLock } from "../gateway/lock.ts";
import { findService, installService } from "../gateway/service/service.ts";
import { gatewaySettings } from "../gateway/settings.ts";
import { gatewayToken, quoted, tokenFile } from "../gateway/token.ts";
import type { GatewaySide } from "../onboard/gateway-side.ts";
import { ownProgram, serviceStart } from "./service-start.ts";

const TOKEN_VARIABLE = "OPENCLAW_GATEWAY_TOKEN";

/** @throws AccessError `config_invalid` when the section `gateway` cannot be used */
export function gatewaySide(deps: CommandDeps, env: NodeJS.ProcessEnv): GatewaySide {
  const { auth } = deps.config().gateway;
  const paths = deps.paths();
  const service = findService(paths.home, env);
  return {
    tokenFile: tokenFile(paths),
    lacksToken: auth.mode === "token" && auth.token === undefined && !deps.env()[TOKEN_VARIABLE]?.trim(),
    ...(service ? { manager: service.manager } : {}),
    check: (config) => void gatewaySettings(config.gateway, {}),
    makeToken: () => {
      const config = deps.config();
      const { token: _none, ...rest } = config.gateway.auth;
      gatewayToken({ paths, env: {}, auth: rest, config, flag: undefined });
    },
    install: async () => {
      if (!service) throw new AccessError("bad_input", "Services are known for systemd and launchd only.");
      const { file, started, notes } = await installService(
        service,
        serviceStart(env, paths.stateDir, undefined),
        false,
      );
      return { file, started, notes };
    },
    curl: () => curl(deps, deps.reread(), env),
  };
}

function curl(deps: CommandDeps, now: Settings, env: NodeJS.ProcessEnv): string {
  const lock = readLock(deps.paths());
  const { port, hosts, tls } = gatewaySettings(now.config().gateway, {});
  const secure = tls.enabled ? "https" : "http";
  const url = lock ? gatewayUrl(lock) : `${secure}://${reachable(hosts[0]!)}:${port}`;
  const certPath = lock ? lock.certPath : tls.enabled ? tls.certPath : undefined;
  return curlLine({ url, certPath }, secretExpression(now, env));
}

/** Gives the secret to a shell without anybody seeing it; absent where none is asked for. */
function secretExpression(now: Settings, env: NodeJS.ProcessEnv): string | undefined {
  const config = now.config();
  const { auth } = config.gateway;
  if (auth.mode === "none" || auth.mode === "trusted-proxy") return undefined;
  const told = now.env()[auth.mode === "password" ? "OPENCLAW_GATEWAY_PASSWORD" : TOKEN_VARIABLE]?.trim();
  const configured = auth.mode === "password" ? auth.password : auth.token;
  const simple = told ? undefined : (inFile(now, configured) ?? inVariable(configured, env));
  return simple ?? `$(${program()} gateway token)`;
}

function inFile(now: Settings, input: SecretInput | undefined): string | undefined {
  if (input === undefined) return `$(cat ${quoted(tokenFile(now.paths()))})`;
  if (typeof input === "string" || input.source !== "file") return undefined;
  const provider = now.config().secretProviders.get(input.provider);
  if (provider?.source !== "file" || provider.mode !== "singleValue") return undefined;
  return `$(cat ${quoted(resolve(untilde(provider.path, now.paths().home)))})`;
}

const inVariable = (input: SecretInput | undefined, env: NodeJS.ProcessEnv): string | undefined =>
  typeof input === "object" && input.source === "env" && env[input.id]?.trim() ? `$${input.id}` : undefined;

/** `openclaw` where a shell would find it, else this program by its path. */
function program(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const found = folders.some((folder) =>
    statSync(join(folder, "openclaw"), { throwIfNoEntry: false })?.isFile(),
  );
  return found ? "openclaw" : ownProgram().map(quoted).join(" ");
}
