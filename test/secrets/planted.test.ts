// A leak in each place that a secret could get to is found and named, and what belongs where it lies is none.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { WebSocketServer } from "ws";
import { holdLock } from "../../src/gateway/lifecycle/lock.ts";
import { linesOf, prove, runInside } from "./inside.ts";
import type { SeededHome } from "./seeded-home.ts";
import { seededHome } from "./seeded-home.ts";

const NOWHERE = "http://127.0.0.1:9";
const QUIET = { info() {}, warn() {}, error() {} } as unknown as Parameters<typeof holdLock>[0]["log"];

/** Each secret is planted once. */
const dealt = (home: SeededHome) => {
  const left = new Map(Object.entries(home.secrets).map(([kind, values]) => [kind, [...values]]));
  // The first has none, the fifth all of the characters that are written otherwise.
  return (kind: string, odd = false): string => {
    const values = left.get(kind)!;
    const at = values.findIndex((value) => value.endsWith("\\x") === odd);
    assert.notEqual(at, -1, `no ${kind} is left`);
    return values.splice(at, 1)[0]!;
  };
};

function put(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, content);
}

async function seeded(t: TestContext): Promise<SeededHome> {
  const home = await seededHome(NOWHERE);
  t.after(() => home.remove());
  return home;
}

describe("a planted leak is found", { skip: process.platform === "win32" }, () => {
  test("in files, in whatever form", async (t) => {
    const home = await seeded(t);
    const { stateDir, globalDir, configPath } = home.paths;
    const deal = dealt(home);
    const log = join(stateDir, "logs", "gateway-2026-11-21.log");
    const base64 = (text: string | Buffer, before: string | Buffer) =>
      Buffer.concat([Buffer.from(before), Buffer.from(text)]).toString("base64");
    const installKey = readFileSync(join(globalDir, "access.key"));
    const planted: [file: string, content: string | Buffer, form: string][] = [
      [log, deal("apiKey"), "plain"],
      [log, base64(deal("token"), ""), "base64"],
      [log, base64(deal("apiKey"), "a"), "base64"],
      [log, base64(deal("refresh"), "ab"), "base64"],
      [log, encodeURIComponent(deal("apiKey", true)), "url"],
      [log, JSON.stringify(deal("token", true)), "json"],
      [log, JSON.stringify(JSON.stringify({ key: deal("refresh", true) })), "json"],
      [log, Buffer.from(deal("otherAgent")).toString("hex"), "hex"],
      [log, deal("clientKey"), "plain"],
      [log, base64(deal("clientKey"), ""), "base64"],
      [log, base64(deal("clientKey"), "a"), "base64"],
      [log, base64(deal("clientKey"), "ab").replaceAll("+", "-").replaceAll("/", "_"), "base64"],
      [log, Buffer.from(deal("clientKey")).toString("hex").toUpperCase(), "hex"],
      [log, installKey.toString("hex"), "hex"],
      [join(stateDir, "core.txt"), base64(installKey, "a"), "base64"],
      [join(stateDir, "core"), Buffer.concat([Buffer.from("x"), installKey]), "plain"],
      [log, deal("variable"), "plain"],
      [log, deal("clientSecret"), "plain"],
      [log, home.token, "plain"],
      [join(stateDir, "logs", "gateway.err.log"), `Error: no ${deal("access")}\n    at x`, "plain"],
      [
        join(stateDir, "logs", "report.20261121.json"),
        JSON.stringify({ env: deal("fromVariable") }),
        "plain",
      ],
      [join(stateDir, "agents", "main", "sessions", "s.jsonl"), `{"say":"${deal("apiKey")}"}\n`, "plain"],
      [join(globalDir, "secret-refs.json"), `{"x":"${deal("fromProgram")}"}`, "plain"],
      // Moved into a reference, and forgotten where it was.
      [`${configPath}.bak.2`, deal("inFile"), "plain"],
      [join(globalDir, "config-history.json"), deal("inFile"), "plain"],
      [
        join(stateDir, "agents", "main", "agent", "auth-profiles.json.sqlite-import.17.bak"),
        deal("inFile"),
        "plain",
      ],
      [join(stateDir, ".env.save"), deal("fromVariable"), "plain"],
      [join(home.path, ".Trash", "agent-17-aBc1", "agent", "auth.json"), deal("inFile"), "plain"],
      // In no piece of what is read as a whole.
      [
        join(stateDir, "large"),
        "x".repeat(1024 * 1024 - 7) + deal("apiKey") + "y".repeat(2_000_000),
        "plain",
      ],
    ];
    for (const [file, content] of planted)
      put(file, Buffer.concat([Buffer.from(content), Buffer.from("\n")]));
    const linked = join(home.path, "elsewhere");
    writeFileSync(linked, deal("token"));
    symlinkSync(linked, join(stateDir, "link"));
    const report = await prove(home.path);
    const found = linesOf(report).map((line) => line.replaceAll(/: \w+ /g, " "));
    const expected = [...planted.map(([file, , form]) => `file ${file} (${form})`), `file ${linked} (plain)`];
    assert.deepEqual(found.toSorted(), expected.toSorted());
    assert.equal(report.status, "leaks");
    const text = JSON.stringify(report);
    for (const secret of home.all) assert.ok(!text.includes(secret));
  });

  test("in rows, beside those in which a secret belongs", async (t) => {
    const home = await seeded(t);
    const deal = dealt(home);
    const main = home.paths.agentDatabase("main");
    const receipts = join(home.paths.globalDir, "access.sqlite");
    const tables: [file: string, table: string, column: string, insert: string][] = [
      [
        receipts,
        "access_receipts",
        "receipt_json",
        "(id, run_id, at, total, receipt_json) VALUES (1, 'r', 1, 1, ?)",
      ],
      [main, "access_health", "health_json", "VALUES ('p:x', 'g', ?, 1)"],
      [main, "cache_entries", "value_json", "(scope, key, value_json, updated_at) VALUES ('s', 'k', ?, 1)"],
      [main, "auth_profile_state", "state_json", "VALUES ('other', ?, 1)"],
    ];
    const made = new DatabaseSync(receipts);
    made.exec("CREATE TABLE access_receipts (id INTEGER PRIMARY KEY, run_id, at, total, receipt_json)");
    made.close();
    for (const [file, table, , insert] of tables) {
      const db = new DatabaseSync(file);
      // Larger than a page: SQLite spreads it over several.
      db.prepare(`INSERT INTO ${table} ${insert}`).run(`${"x".repeat(4090)}${deal("apiKey")}`);
      db.close();
    }
    const found = linesOf(await prove(home.path));
    const expected = tables.map(([file, table, column]) => `row ${file} ${table} ${column}: api_key (plain)`);
    assert.deepEqual(found.toSorted(), expected.toSorted());
  });

  test("in the gateway's answers, and in what it started", async (t) => {
    const home = await seeded(t);
    const deal = dealt(home);
    const [inMetrics, inHeader, inError, inVariable, inArgument, inFrame] = [
      deal("apiKey"),
      deal("token"),
      deal("refresh"),
      deal("access"),
      deal("apiKey"),
      deal("fromProgram"),
    ];
    const server = createServer((request, response) => {
      request.resume();
      if (request.url === "/health") response.setHeader("x-note", inHeader);
      if (request.url === "/v1/messages") response.statusCode = 400;
      const said = { "/metrics": `a{key="${inMetrics}"} 1`, "/v1/messages": `no ${inError}` };
      response.end(said[request.url as keyof typeof said] ?? "{}");
    });
    new WebSocketServer({ server }).on("connection", (socket) => {
      socket.send(JSON.stringify({ type: "event", event: "connect.challenge", payload: { nonce: "n" } }));
      socket.on("message", (data) => {
        const { id, method } = JSON.parse(String(data));
        const payload = method === "config.get" ? { raw: inFrame } : {};
        socket.send(JSON.stringify({ type: "res", id, ok: true, payload }));
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const child = spawn("sh", ["-c", "read x", "sh", inArgument], {
      env: { PATH: process.env["PATH"], NOTE: inVariable },
      stdio: ["pipe", "ignore", "ignore"],
    });
    const paths = () => home.paths;
    const { port } = server.address() as AddressInfo;
    const lock = holdLock({ paths, now: Date.now, log: QUIET }, { port, host: "127.0.0.1" });
    t.after(() => {
      lock.release();
      child.kill("SIGKILL");
      server.close().closeAllConnections();
    });
    await once(child, "spawn");
    const found = linesOf(await prove(home.path)).map((line) => line.replaceAll(/ \d+ sh /g, " sh "));
    const linux = process.platform === "linux";
    const expected = [
      "answer GET /metrics body: api_key (plain)",
      "answer GET /health headers: token (plain)",
      ...["no JSON", "empty", "unknown model"].map(
        (fault) => `answer POST /v1/messages (${fault}) body: oauth_refresh (plain)`,
      ),
      ...["", " (unknown parameter)"].map(
        (fault) => `answer WebSocket config.get${fault} frame: reference (plain)`,
      ),
      ...(linux ? ["environment sh NOTE: oauth_access (plain)", "argument sh 4: api_key (plain)"] : []),
    ];
    assert.deepEqual(found.toSorted(), expected.toSorted());
  });

  test("in what was sealed: old pages, and copies from before", async (t) => {
    const home = await seeded(t);
    const main = home.paths.agentDatabase("main");
    const copy = `${main}.doctor.20261121.bak`;
    copyFileSync(main, copy);
    const key = join(home.path, "seal.key");
    const said = await runInside(home.path, ["secrets", "seal", "--yes", "--key-file", key, "--json"]);
    assert.match(said, /"sealed": true/);
    const copied = await prove(home.path);
    assert.ok(copied.leaks.length > 500, said);
    assert.deepEqual([...new Set(copied.leaks.map(({ place }) => "file" in place && place.file))], [copy]);
    rmSync(copy);
    assert.deepEqual(linesOf(await prove(home.path)), []);
    // An old page that SQLite would never read.
    const [secret] = home.secrets["refresh"]!;
    appendFileSync(`${main}-wal`, `${"x".repeat(100)}${secret}`);
    assert.deepEqual(linesOf(await prove(home.path)), [`file ${main}-wal: oauth_refresh (plain)`]);
    rmSync(`${main}-wal`);
    // The seal's key must not lie where the store does.
    put(join(home.paths.stateDir, "notes.txt"), readFileSync(key, "utf8"));
    assert.match(linesOf(await prove(home.path)).join("\n"), /^file \S+notes.txt: seal_key \(plain\)$/);
    rmSync(key);
    const blind = await prove(home.path);
    assert.equal(blind.status, "incomplete");
    assert.match(blind.missing.join("\n"), /main: p0:key0 is sealed/);
  });
});

test("copies of what lies in plain text all the same are told, and fail nothing", async (t) => {
  const home = await seeded(t);
  const { configPath, stateDir } = home.paths;
  copyFileSync(configPath, `${configPath}.bak`);
  const old = join(stateDir, "agents", "main", "agent", "auth-profiles.json.sqlite-import.17.bak");
  put(old, JSON.stringify({ key: home.secrets["apiKey"]![0] }));
  const report = await prove(home.path);
  assert.equal(report.status, "clean", JSON.stringify([report.unread, report.missing, linesOf(report)]));
  const files = new Set(report.backups.map(({ place }) => "file" in place && place.file));
  assert.deepEqual([...files].toSorted(), [old, `${configPath}.bak`].toSorted());
});

test("the command says where, in one document or for people, with an exit code", async (t) => {
  const home = await seeded(t);
  const [key] = home.secrets["apiKey"]!;
  const clean = await runInside(home.path, ["secrets", "prove", "--allow-exec"]);
  assert.match(clean, /Looked for 9\d\d secrets in \d+ files \(\d+ MB\): nothing outside/);
  assert.match(clean, /No gateway runs here/);
  put(join(home.paths.stateDir, "logs", "x.log"), `key ${key} and ${key}`);
  const said = await runInside(home.path, ["secrets", "prove"]);
  assert.match(
    said,
    /LEAK {2}~\/\.openclaw\/logs\/x\.log at byte 4, \d+: API key p0:key0 of main fake\.\.\.\S{4}, 2 times/,
  );
  assert.match(said, /Programs of secrets\.providers were not started \(40 references\)/);
  const document = await runInside(home.path, ["secrets", "prove", "--json"]);
  const report = JSON.parse(document.slice(document.indexOf("{"), document.lastIndexOf("}") + 1));
  assert.deepEqual(report.leaks[0].at, [4, 4 + key!.length + 5]);
  assert.deepEqual(report.leaks[0].secret.names, [
    { kind: "api_key", agentId: "main", profileId: "p0:key0" },
  ]);
  for (const secret of home.all) assert.ok(!(said + document).includes(secret));
});
