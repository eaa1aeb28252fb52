// The gateway's part of onboarding: its token, its service, and the line that calls it.
import { statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { CommandDeps, Settings } from "../access/open-deps.ts";
import type { SecretInput } from "../config/config.ts";
import { writtenEnvironment } from "../config/environment.ts";
import type { Paths } from "../config/paths.ts";
import { untilde } from "../config/paths.ts";
import { AccessError } from "../core/errors.ts";
import { curlLine, reachable } from "../gateway/lifecycle/announce.ts";
import { gatewayUrl } from "../gateway/lifecycle/control.ts";
import { readLock } from "../gateway/lifecycle/lock.ts";
import { findService, installService } from "../gateway/service/service.ts";
import { gatewaySettings } from "../gateway/settings/settings.ts";
import { gatewayToken, keepToken, quoted, tokenFile } from "../gateway/guard/token.ts";
import type { Environment } from "../secrets/env.ts";
import type { GatewaySide } from "../onboard/gateway-side.ts";
import { ownProgram, serviceStart } from "./service-start.ts";

const TOKEN_VARIABLE = "OPENCLAW_GATEWAY_TOKEN";

/** @throws AccessError `config_invalid` when the section `gateway` cannot be used */
export function gatewaySide(deps: CommandDeps, env: NodeJS.ProcessEnv): GatewaySide {
  const { auth } = deps.config().gateway;
  const paths = deps.paths();
  const service = findService(paths.home, env);
  const seenByService = writtenEnvironment({}, paths, deps.config());
  const toldHere = deps.env()[TOKEN_VARIABLE]?.trim();
  const untold = auth.mode === "token" && auth.token === undefined;
  return {
    tokenFile: tokenFile(paths),
    lacksToken: untold && !toldHere,
    tokenOnlyHere: untold && Boolean(toldHere) && !seenByService[TOKEN_VARIABLE]?.trim(),
    seenByService,
    ...(service ? { manager: service.manager } : {}),
    check: (config) => void gatewaySettings(config.gateway, {}),
    makeToken: () => {
      const config = deps.config();
      const { token: _none, ...rest } = config.gateway.auth;
      keepToken(tokenFile(paths), toldHere);
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
    answers: (timeoutMs) => answers(paths, timeoutMs),
    curl: (byService) =>
      curl(deps, deps.reread(), byService ? {} : env, byService ? seenByService : undefined),
  };
}

const POLL_MS = 100;

async function answers(paths: Paths, timeoutMs: number): Promise<boolean> {
  for (const until = performance.now() + timeoutMs; performance.now() < until;) {
    if (readLock(paths)) return true;
    await setTimeout(POLL_MS);
  }
  return false;
}

/** @param seen the variables that the gateway has, where they are not those of this process */
function curl(deps: CommandDeps, now: Settings, env: NodeJS.ProcessEnv, seen?: Environment): string {
  const lock = readLock(deps.paths());
  const { port, hosts, tls } = gatewaySettings(now.config().gateway, {});
  const secure = tls.enabled ? "https" : "http";
  const url = lock ? gatewayUrl(lock) : `${secure}://${reachable(hosts[0]!)}:${port}`;
  const certPath = lock ? lock.certPath : tls.enabled ? tls.certPath : undefined;
  return curlLine({ url, certPath }, secretExpression(now, env, seen ?? now.env()));
}

/** Gives the secret to a shell without anybody seeing it; absent where none is asked for. */
function secretExpression(now: Settings, env: NodeJS.ProcessEnv, seen: Environment): string | undefined {
  const config = now.config();
  const { auth } = config.gateway;
  if (auth.mode === "none" || auth.mode === "trusted-proxy") return undefined;
  const told = seen[auth.mode === "password" ? "OPENCLAW_GATEWAY_PASSWORD" : TOKEN_VARIABLE]?.trim();
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
