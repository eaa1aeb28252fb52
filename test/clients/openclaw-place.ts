// OpenClaw 2026.7.1 from npm beside our gateway: the package in a folder of its own, a home that names the gateway
// as a remote one, and an upstream that speaks in two halves so that the first is seen before the second is sent.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isInstalled, npmCi } from "../../scripts/npm-ci.mjs";
import type { Action, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { chatFrames } from "../fakes/wire-samples.ts";
import type { GatewayHome, GatewayProcess } from "../support/gateway-process.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { TOKEN } from "../support/gateway.ts";
import type { Ended, Place } from "./programs.ts";
import { openPlace } from "./programs.ts";

export const PACKAGES = join(import.meta.dirname, "openclaw");
export const OPENCLAW = join(PACKAGES, "node_modules/openclaw/openclaw.mjs");

/** It is large: fetched by the first run of this test, and by no other. */
export async function installed(): Promise<void> {
  if (!isInstalled(PACKAGES))
    await npmCi(PACKAGES, "OpenClaw", `Try "npm ci --prefix test/clients/openclaw".`);
}

export interface OpenClawPlace {
  readonly place: Place;
  readonly upstream: ScriptedUpstream;
  readonly url: string;
  /** Lets the second half of the answers out. */
  release(): void;
  /** Ends the gateway, and starts it on the same port once `then` is done. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
  run(...words: readonly string[]): Promise<Ended>;
  close(): Promise<void>;
}

export async function openOpenClaw(): Promise<OpenClawPlace> {
  const released = Promise.withResolvers<void>();
  const upstream = await startScriptedUpstream(({ body }) => answer(body.json, released.promise));
  const [home, place] = [await gatewayHome(upstream, ["a"]), await openPlace()];
  writeFileSync(home.paths.configPath, JSON.stringify(configFor(upstream.url)));
  let gateway = await started(home, "0");
  const { port } = gateway;
  const url = `ws://127.0.0.1:${port}`;
  mkdirSync(join(place.home, ".openclaw"));
  const remote = { gateway: { mode: "remote", remote: { url, token: TOKEN } } };
  writeFileSync(join(place.home, ".openclaw/openclaw.json"), JSON.stringify(remote));
  return {
    place,
    upstream,
    url,
    release: released.resolve,
    async restart(meanwhile) {
      gateway.kill("SIGTERM");
      await gateway.ended;
      await meanwhile();
      gateway = await started(home, String(port));
    },
    run: (...words) => place.run(process.execPath, [OPENCLAW, ...words]),
    async close() {
      await home.remove();
      await place.close();
      await upstream.close();
    },
  };
}

const started = (home: GatewayHome, port: string): Promise<GatewayProcess> =>
  home.start("--port", port, "--token", TOKEN);

function configFor(url: string): object {
  const models = [
    { id: "m1", name: "One" },
    { id: "m2", name: "Two" },
  ];
  return {
    agents: { defaults: { model: { primary: "p/m1" }, models: { "p/m1": {}, "p/m2": {} } } },
    models: { providers: { p: { baseUrl: `${url}/v1`, api: "openai-completions", models } } },
  };
}

/** As a model thinks on. The window may read an answer that is there at once before it knows that it was accepted. */
const PAUSE_MS = 1000;

/** "hang" in the last message: the second half never comes. */
function answer(body: any, released: Promise<void>): Action {
  const hangs = JSON.stringify(body.messages.at(-1)).includes("hang");
  return async ({ response, signal }) => {
    const frames = chatFrames(`First half, second half by ${body.model}.`);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(frames.slice(0, 3).join(""));
    await (hangs ? new Promise((resolve) => signal.addEventListener("abort", resolve)) : released);
    if (!hangs) await pause(PAUSE_MS);
    response.end(frames.slice(3).join(""));
  };
}
