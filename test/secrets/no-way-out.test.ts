// A thousand secrets in everything that can hold one; what a user and a client do, well and badly; a crash. Then no
// byte that was written, printed or answered has one of them where it does not belong.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, before, describe, test } from "node:test";
import { writtenForms } from "../../src/core/secret-forms.ts";
import { TextSearch } from "../../src/core/text-search.ts";
import { readLock } from "../../src/gateway/lifecycle/lock.ts";
import type { Action, Call, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import { ENTRY } from "../support/entry.ts";
import { eventually } from "../support/eventually.ts";
import { send } from "../support/http-client.ts";
import { linesOf, prove, runInside } from "./inside.ts";
import type { SeededHome } from "./seeded-home.ts";
import { CALLED, seededHome } from "./seeded-home.ts";

/** Every way in which a provider that fails can say what it was sent. */
const ECHOES: readonly ((key: string, call: Call) => Action)[] = [
  (key) => act.reply({ status: 401, body: { error: { message: `Incorrect API key provided: ${key}.` } } }),
  (key) =>
    act.reply({
      status: 429,
      headers: { "x-key": key },
      body: { error: { message: `Slow down, ${asBase64(key)}` } },
    }),
  (key) =>
    act.reply({ status: 500, body: `<p>Bad header: Authorization: Bearer ${encodeURIComponent(key)}</p>` }),
  (key) =>
    act.reply({
      status: 403,
      body: { error: key, detail: JSON.stringify({ headers: { "x-api-key": key } }) },
    }),
  (key) =>
    act.stream({ frames: [`data: ${JSON.stringify({ error: { message: `no ${key}`, code: key } })}\n\n`] }),
  (key, call) => act.reply({ status: 502, body: { error: { message: JSON.stringify(call.headers), key } } }),
];
const asBase64 = (text: string) => Buffer.from(`key:${text}`).toString("base64");

let n = 0;
function answer(call: Call): Action {
  n += 1;
  if (n % 7 !== 0) return ECHOES[n % ECHOES.length]!(call.key, call);
  return call.body.json?.stream
    ? act.stream({ frames: chatFrames("All is well.") })
    : act.reply({ body: chatBody("All is well.") });
}

describe("a thousand secrets", () => {
  let upstream: ScriptedUpstream;
  let home: SeededHome;
  const printed: string[] = [];

  before(async () => {
    upstream = await startScriptedUpstream(answer);
    home = await seededHome(upstream.url);
    assert.equal(new Set(home.all).size, 1000);
  });
  after(async () => {
    home.remove();
    await upstream.close();
  });

  test("are not told by a worker that falls over", { skip: process.platform === "win32" }, async (t) => {
    const one = await seededHome(upstream.url);
    const words = join(one.path, "words");
    const known = [one.secrets["apiKey"]!, one.secrets["refresh"]!, one.secrets["fromProgram"]!, [one.token]];
    writeFileSync(words, known.map(([secret]) => `${secret} ${asBase64(secret!)}`).join(" "));
    const gateway = start(one, words, "--workers", "2");
    t.after(() => {
      gateway.kill("SIGKILL");
      one.remove();
    });
    const [worker] = await eventually(() => {
      const { workers } = readLock(one.paths) ?? {};
      assert.equal(workers?.length, 2, gateway.said());
      return workers;
    });
    process.kill(worker!.pid, "SIGUSR2");
    await eventually(() => assert.match(gateway.said(), /fell over/));
    gateway.kill("SIGTERM");
    await gateway.ended;
    assert.deepEqual(elsewhere(one, [gateway.said()], SEEDED), []);
  });

  test("stay where they are through calls, commands and a crash", async () => {
    const words = join(home.path, "words");
    writeFileSync(words, home.all.filter((_, at) => at % 50 === 0).join(" "));
    const gateway = start(home, words);
    const url = await eventually(() => {
      const lock = readLock(home.paths);
      assert.ok(lock, gateway.said());
      return `http://127.0.0.1:${lock.port}`;
    });
    printed.push(...(await calls(url, home)));
    for (const command of COMMANDS) printed.push(await runInside(home.path, command));
    const running = await prove(home.path);
    assert.deepEqual(linesOf(running), []);
    assert.equal(running.status, "clean", JSON.stringify([running.unread, running.missing]));
    assert.ok(running.searched.answers > 90 && running.searched.clientKeys === 20);
    gateway.kill("SIGUSR2");
    assert.deepEqual(await gateway.ended, [1, null]);
    assert.match(gateway.said(), /fell over/);
    const logs = join(home.paths.stateDir, "logs");
    const logged = readdirSync(logs).map((file) => readFileSync(join(logs, file), "utf8"));
    assert.match(logged.join(""), /fell over \[secret\].*The gateway fell over/);
    printed.push(await runInside(home.path, ["doctor"]));
    assert.deepEqual(linesOf(await prove(home.path)), []);
    // By a search of its own that knows all of them, whatever the command knows.
    assert.deepEqual(elsewhere(home, [...printed, gateway.said()], SEEDED), []);
    const key = join(home.path, "seal.key");
    printed.push(await runInside(home.path, ["secrets", "seal", "--yes", "--key-file", key]));
    printed.push(await runInside(home.path, ["secrets", "rekey", "--key-file", `${key}.2`]));
    assert.deepEqual(linesOf(await prove(home.path)), []);
    const { apiKey, token, access, refresh, otherAgent, replaced } = home.secrets;
    const stored = [apiKey, token, access, refresh, otherAgent, replaced].flatMap((values) => values ?? []);
    assert.equal(stored.length, 739);
    rmSync(words);
    assert.deepEqual(elsewhere({ ...home, all: stored }, printed), []);
  });
});

const COMMANDS: readonly (readonly string[])[] = [
  ["models", "status"],
  ["models", "status", "--json"],
  ["models", "status", "--agent", "second", "--json"],
  ["models", "auth", "list", "--json"],
  ["models", "auth", "order", "get", "--provider", "p0", "--json"],
  ["models", "list", "--json"],
  ["models", "why", "--json"],
  ["models", "refresh", "--json"],
  ["models", "status", "--probe", "--json", "--probe-provider", "p1"],
  ["models", "undo", "--list", "--json"],
  ["models", "auth", "logout", "p0:no-such-profile"],
  ["config", "get", "models", "--json"],
  ["config", "get", "gateway.auth"],
  ["config", "validate"],
  ["secrets", "audit", "--json", "--allow-exec"],
  ["gateway", "status", "--json"],
  ["gateway", "keys", "list", "--json"],
  ["doctor", "--json"],
  ["status", "--json"],
];

function start({ path }: SeededHome, words: string, ...flags: readonly string[]) {
  const hook = join(import.meta.dirname, "crash-on-signal.mjs");
  const env = {
    PATH: process.env["PATH"],
    HOME: path,
    TZ: "UTC",
    NODE_OPTIONS: `--import=${hook}`,
    TEST_CRASH_WORDS_FILE: words,
  };
  const child = spawn(process.execPath, [ENTRY, "gateway", "run", "--port", "0", "--verbose", ...flags], {
    env,
    cwd: path,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = once(child, "close");
  return {
    said: () => said,
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    ended,
  };
}

/** What clients were answered. */
async function calls(url: string, { token, secrets }: SeededHome): Promise<string[]> {
  const good = { authorization: `Bearer ${token}` };
  const body = (model: string, stream: boolean) =>
    JSON.stringify({ model, stream, messages: [{ role: "user", content: "Hello." }] });
  const chat = `${url}/v1/chat/completions`;
  const key = secrets["clientKey"]![0]!;
  const asked = [
    ...CALLED.flatMap((id) => [
      send(chat, { headers: good, body: body(`${id}/m1`, false) }),
      send(chat, { headers: good, body: body(`${id}/m1`, true) }),
    ]),
    ...["c0/m1", "c1/m1", "openclaw", "openclaw/second"].map((model) =>
      send(chat, { headers: good, body: body(model, false) }),
    ),
    send(`${url}/v1/messages`, { headers: { "x-api-key": token }, body: body("p1/m1", true) }),
    send(`${url}/v1/responses`, { headers: good, body: JSON.stringify({ model: "p2/m1", input: "Hello." }) }),
    send(chat, { headers: { authorization: `Bearer ${key}` }, body: body("p2/m1", false) }),
    // Clients that put a secret where none is expected.
    send(`${url}/v1/models?key=${encodeURIComponent(key)}`, { method: "GET", headers: good }),
    send(`${url}/${encodeURIComponent(token)}`, { method: "GET", headers: good }),
    send(chat, { headers: good, body: body(token, false) }),
    send(chat, { headers: good, body: `{"model":"${key}", ` }),
    send(`${url}/v1/embeddings`, { headers: good, body: JSON.stringify({ model: "p0/m1", input: token }) }),
  ];
  return (await Promise.all(asked)).map(({ headers, text }) => JSON.stringify(headers) + text);
}

/** Places outside of those in which the seed itself put a secret; backups of those count as such. */
function elsewhere({ path, all }: SeededHome, texts: readonly string[], but?: RegExp): string[] {
  const search = new TextSearch(
    all.flatMap((secret) => writtenForms(secret).map(({ text }) => ({ text, tag: secret }))),
  );
  const places = readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((file) => join(path, file))
    .filter((file) => statSync(file).isFile() && !but?.test(relative(path, file)))
    .map((file) => [relative(path, file), readFileSync(file)] as const);
  const told = texts.map((text, at) => [`text ${at}: ${text.slice(0, 120)}`, Buffer.from(text)] as const);
  return [...places, ...told].flatMap(([place, bytes]) => {
    const [first] = search.find(bytes);
    return first ? [`${place} at ${first.at}: ${first.tag.slice(0, 12)}`] : [];
  });
}

const SEEDED =
  /^(vault|words|\.openclaw\/(keys\.json|openclaw\.json|access\.json|\.env|agents\/\w+\/agent\/openclaw-agent\.sqlite(-wal)?))$/;
