// The real programs, and what they run in: a throw-away home, no key of the caller's, and a proxy that lets nobody
// out and writes down who was asked for.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const PACKAGES = join(import.meta.dirname, "node_modules");
const LIMIT_MS = 120_000;

/** The binary of the platform's package: the main one would put it into place by an install script. */
export const CLAUDE = join(
  PACKAGES,
  `@anthropic-ai/claude-code-${process.platform}-${process.arch}`,
  process.platform === "win32" ? "claude.exe" : "claude",
);
/** A script for Node. */
export const CODEX = join(PACKAGES, "@openai/codex/bin/codex.js");

/** Absent where npm has no package of it for this machine. */
export const OPENCODE = join(PACKAGES, `opencode-${process.platform}-${process.arch}`, "bin/opencode");

/** Codex with the gateway as its only provider, and nothing that asks others. */
export const codexConfig = (gatewayUrl: string): string => `model = "p/m1"
model_provider = "gateway"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
plugins = false
apps = false
[model_providers.gateway]
name = "gateway"
base_url = "${gatewayUrl}/v1"
wire_api = "responses"
env_key = "GATEWAY_TOKEN"
request_max_retries = 0
stream_max_retries = 0
`;

export const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8")).version;

export interface Ended {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Place {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Hosts beyond loopback that a program wanted. */
  readonly asked: readonly string[];
  run(command: string, args: readonly string[], env?: Record<string, string>): Promise<Ended>;
  close(): Promise<void>;
}

export async function openPlace(): Promise<Place> {
  const home = mkdtempSync(join(tmpdir(), "client-"));
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(String(request.url));
    response.writeHead(403).end();
  });
  proxy.on("connect", (request, socket) => {
    asked.push(String(request.url));
    // Who is refused may leave without a word.
    socket.on("error", () => {});
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const env = environment(home, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  return {
    home,
    env,
    asked,
    run: (command, args, more = {}) => runProgram(command, args, { ...env, ...more }, home),
    async close() {
      proxy.close();
      proxy.closeAllConnections();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

const environment = (home: string, proxy: string): Record<string, string> => ({
  PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
  HOME: home,
  TZ: "UTC",
  NO_COLOR: "1",
  TERM: "dumb",
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  ALL_PROXY: proxy,
  http_proxy: proxy,
  https_proxy: proxy,
  all_proxy: proxy,
  NO_PROXY: "127.0.0.1,localhost",
  no_proxy: "127.0.0.1,localhost",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_ERROR_REPORTING: "1",
  // Claude Code asks no questions as root when it is told that it is in a sandbox.
  IS_SANDBOX: "1",
});

async function runProgram(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
): Promise<Ended> {
  const child = spawn(command, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  const [exit] = (await once(child, "close")) as [number | null];
  return { exit, ...said };
}
