// The built gateway as one more process that uses the shared login: each caller is an HTTP call through it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { ENTRY } from "../support/entry.ts";
import type { SharedHome } from "./shared-home.ts";
import type { Ask, CallerAnswer } from "./user-protocol.ts";
import { PROVIDER } from "./user-protocol.ts";

export interface GatewayUser {
  readonly pid: number;
  ask(ask: Ask): Promise<{ readonly answers: readonly CallerAnswer[] }>;
  kill(): void;
}

const CLOCK = join(import.meta.dirname, "moved-clock.mjs");

/** Answers of the upstream say which token they were asked with: `by <token>`. */
export async function startGatewayUser(home: SharedHome): Promise<GatewayUser> {
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
    HOME: home.path,
    TZ: "UTC",
  };
  const args = ["--import", CLOCK, ENTRY, "gateway", "run", "--port", "0"];
  const child = spawn(process.execPath, args, {
    env,
    cwd: home.path,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let printed = "";
  const ready = Promise.withResolvers<string>();
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (chunk) => {
      printed += String(chunk);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
      if (url) ready.resolve(url);
    });
  child.once("close", () => ready.reject(new Error(`The gateway ended:\n${printed}`)));
  const url = await ready.promise;
  return {
    pid: child.pid!,
    async ask({ calls = 0, ...clock }) {
      const moved = once(child, "message");
      child.send(clock);
      await moved;
      return { answers: await Promise.all(Array.from({ length: calls }, () => call(url))) };
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

async function call(url: string): Promise<CallerAnswer> {
  const startedAt = performance.now();
  const took = () => performance.now() - startedAt;
  try {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: `${PROVIDER}/m1`, messages: [{ role: "user", content: "Who?" }] }),
    });
    const text = await answer.text();
    const access = /by ([\w-]+)/.exec(text)?.[1];
    return access
      ? { access, ms: took() }
      : { fault: `HTTP ${answer.status}: ${text.slice(0, 200)}`, ms: took() };
  } catch (error) {
    return { fault: String(error), ms: took() };
  }
}
