// OpenClaw 2026.7.1 itself on the same state dir, in turn with us and at the same time: nothing may be lost.
// `npm run soak:openclaw` installs it once in a folder of its own, below the system's temporary folder; tests
// need neither it nor the network.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rowsOf } from "./home.ts";

const VERSION = "2026.7.1";
const ROUNDS = Number(process.env["SOAK_ROUNDS"] ?? 5);
const FOLDER = process.env["SOAK_OPENCLAW_DIR"] ?? join(tmpdir(), `openclaw-${VERSION}`);
const THEIRS = join(FOLDER, "node_modules/openclaw/openclaw.mjs");
const OURS = join(import.meta.dirname, "../../src/main.ts");

type Who = "ours" | "theirs";
const ENTRIES: Readonly<Record<Who, string>> = { ours: OURS, theirs: THEIRS };

function install(): void {
  if (existsSync(THEIRS)) return;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), `{ "private": true }`);
  console.log(`Installing openclaw ${VERSION} in ${FOLDER}`);
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", `openclaw@${VERSION}`];
  const { status } = spawnSync("npm", args, { cwd: FOLDER, stdio: "inherit" });
  if (status !== 0) throw new Error(`openclaw ${VERSION} could not be installed: npm ended with ${status}.`);
}

interface Answer {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

function run(home: string, who: Who, words: readonly string[], stdin = ""): Promise<Answer> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, NO_COLOR: "1", TZ: "UTC" };
  const child = spawn(process.execPath, [ENTRIES[who], ...words], { env, cwd: home });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  child.stdin.on("error", () => {}).end(stdin);
  return new Promise((resolve) => child.on("close", (exit) => resolve({ exit, out, err })));
}

/** What both were told to keep, by profile id and by provider. */
interface Kept {
  readonly keys: Map<string, string>;
  readonly orders: Map<string, readonly string[]>;
}

class Soak {
  readonly #home: string;
  readonly #kept: Kept = { keys: new Map(), orders: new Map() };
  readonly faults: string[] = [];
  commands = 0;

  constructor(home: string) {
    this.#home = home;
  }

  async #do(who: Who, words: readonly string[], stdin?: string): Promise<boolean> {
    this.commands += 1;
    const { exit, err } = await run(this.#home, who, words, stdin);
    if (exit === 0) return true;
    this.faults.push(`${who}: ${words.join(" ")}: exit ${exit}: ${err.trim().slice(0, 200)}`);
    return false;
  }

  async paste(who: Who, id: string): Promise<void> {
    const key = `sk-fake-${id.replace(":", "-")}-${this.commands}`;
    const [provider] = id.split(":");
    const words = ["models", "auth", "paste-api-key", "--provider", provider!, "--profile-id", id];
    if (await this.#do(who, words, key)) this.#kept.keys.set(id, key);
  }

  async order(who: Who, provider: string): Promise<void> {
    const ids = [...this.#kept.keys.keys()].filter((id) => id.startsWith(`${provider}:`)).toReversed();
    const words = ["models", "auth", "order", "set", "--provider", provider, ...ids];
    if (await this.#do(who, words)) this.#kept.orders.set(provider, ids);
  }

  async setModel(who: Who, ref: string): Promise<void> {
    await this.#do(who, ["models", "fallbacks", "add", ref]);
    const { agents } = JSON.parse(readFileSync(join(this.#home, ".openclaw/openclaw.json"), "utf8"));
    if (!agents?.defaults?.model?.fallbacks?.includes(ref))
      this.faults.push(`${who}: fallback ${ref} is lost`);
  }

  /** What each of the two programs shows, and what stands in the rows. */
  async verify(when: string): Promise<void> {
    const { store, state } = rowsOf(join(this.#home, ".openclaw/agents/main/agent/openclaw-agent.sqlite"));
    for (const [id, key] of this.#kept.keys)
      if (store?.profiles?.[id]?.key !== key) this.faults.push(`${when}: the key of ${id} is lost`);
    for (const [provider, ids] of this.#kept.orders)
      if (String(state?.order?.[provider]) !== String(ids))
        this.faults.push(`${when}: the order of ${provider} is lost`);
    for (const who of ["ours", "theirs"] as const) {
      this.commands += 1;
      const { out } = await run(this.#home, who, ["models", "auth", "list", "--json"]);
      const shown = JSON.parse(out).profiles.map(({ id }: { id: string }) => id);
      const missing = [...this.#kept.keys.keys()].filter((id) => !shown.includes(id));
      if (missing.length > 0) this.faults.push(`${when}: ${who} does not show ${missing.join(", ")}`);
    }
  }
}

async function main(): Promise<number> {
  install();
  const home = mkdtempSync(join(tmpdir(), "soak-openclaw-"));
  const soak = new Soak(home);
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      await soak.paste("theirs", `zai:theirs${round}`);
      await soak.paste("ours", `zai:ours${round}`);
      await soak.order(round % 2 === 0 ? "ours" : "theirs", "zai");
      // Again over the other one's credential.
      await soak.paste("ours", `zai:theirs${round}`);
      await soak.paste("theirs", `zai:ours${round}`);
      await soak.setModel(round % 2 === 0 ? "theirs" : "ours", `mistral/m${round}`);
      await soak.verify(`round ${round}`);
      console.log(`round ${round} of ${ROUNDS}: ${soak.commands} commands, ${soak.faults.length} faults`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  for (const fault of soak.faults) console.log(`FAULT ${fault}`);
  console.log(soak.faults.length === 0 ? "Nothing was lost, either way." : `${soak.faults.length} faults`);
  return soak.faults.length === 0 ? 0 : 1;
}

process.exitCode = await main();
