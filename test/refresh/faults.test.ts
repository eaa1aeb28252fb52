// Disks that fail around a refresh: the token is not spent when the store cannot be written, an answer that cannot be
// stored yet is kept, and a torn write is one that did not happen (DESIGN, "Never broken" 4).
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, cpSync, existsSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { Refresher } from "../../src/access/refresh.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import { AccessError } from "../../src/core/errors.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import type { SharedHome } from "./shared-home.ts";
import { sharedHome } from "./shared-home.ts";
import { StrictLogin } from "./strict-login.ts";
import { startTokenIssuer } from "./token-issuer.ts";
import type { UserOptions } from "./user-process.ts";
import { startUser } from "./user-process.ts";
import { LOGIN_ID, PROVIDER } from "./user-protocol.ts";

/** A real provider, and a process that is to refresh its login under bad conditions, then another one under good. */
async function underFault(
  t: TestContext,
  fault: Omit<UserOptions, "home">,
  prepare: (home: SharedHome) => void,
) {
  const issuer = await startTokenIssuer();
  const home = sharedHome({ tokenUrl: issuer.tokenUrl });
  const login = await issuer.login();
  await home.logIn(login);
  prepare(home);
  const [hindered, free] = [
    await startUser({ home: home.path, ...fault }),
    await startUser({ home: home.path }),
  ];
  t.after(async () => {
    for (const { child } of [hindered, free]) child.kill("SIGKILL");
    await Promise.all([issuer.stop(), home.remove()]);
  });
  const answer = await hindered.ask({ refresh: true });
  assert.ok(answer && "result" in answer);
  assert.equal(answer.result, "failed");
  assert.match(answer.message ?? "", /openclaw-agent\.sqlite cannot be written/);
  assert.equal(issuer.asked.length, 0, "the token was not spent");
  const calls = await hindered.ask({ calls: 3 });
  assert.ok(calls && "answers" in calls);
  assert.ok(
    calls.answers.every(({ access }) => access === login.access),
    "and goes on serving",
  );
  const after = await free.ask({ refresh: true });
  assert.ok(after && "result" in after && after.result === "renewed");
  assert.ok(issuer.lives(login.grantId));
}

test("a full disk: the refresh token is not spent", (t) =>
  // A limit on the size of files plays the full disk: nothing can be appended.
  underFault(t, { under: ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"] }, () => {}));

const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

test("a read-only store: the refresh token is not spent", (t) =>
  underFault(t, { as: nobody }, ({ path, paths }) => {
    const file = paths.agentDatabase("main");
    for (const each of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(each)) chmodSync(each, 0o444);
    for (const folder of [
      path,
      paths.stateDir,
      paths.globalDir,
      ...foldersTo(paths.agentDir("main"), paths.stateDir),
    ])
      chmodSync(folder, 0o755);
    chmodSync(join(paths.globalDir, "access.key"), 0o444);
  }));

function foldersTo(folder: string, root: string): string[] {
  return folder === root ? [] : [folder, ...foldersTo(join(folder, ".."), root)];
}

async function inMemory(t: TestContext) {
  const home = sharedHome({ tokenUrl: "http://127.0.0.1:1/token" });
  t.after(() => home.remove());
  const server = new StrictLogin();
  await home.logIn(server);
  const refresherOn = (store: Store, onCommit: () => void = () => {}) =>
    new Refresher({
      store: () => store,
      endpoint: () => ({ url: "http://127.0.0.1:1", encoding: "form" }),
      now: Date.now,
      request: server.request,
      onStage: (stage) => stage === "answered" && onCommit(),
    });
  const refresh = async (refresher: Refresher) => {
    const { generation } = await home.stored();
    const common = {
      id: LOGIN_ID,
      provider: PROVIDER,
      type: "oauth",
      source: "store",
      owner: "main",
    } as const;
    return refresher.refresh({ ...common, generation, refreshable: true });
  };
  return { home, server, refresherOn, refresh };
}

test("a disk that is full when the answer comes: it is kept and stored as soon as there is room", async (t) => {
  const { home, server, refresherOn, refresh } = await inMemory(t);
  let refusals = 0;
  let full = false;
  const failing = new Proxy(home.store, {
    get(store, name: keyof Store) {
      const method = (store[name] as (...args: unknown[]) => unknown).bind(store);
      if (!["update", "updateFamily"].includes(name)) return method;
      return async (...args: unknown[]) => {
        if (!full || ++refusals > 4) return method(...args);
        throw new AccessError("store_unwritable", "…sqlite cannot be written (full).");
      };
    },
  });
  const result = await refresh(refresherOn(failing, () => (full = true)));
  assert.equal(result.kind, "renewed");
  assert.ok(refusals > 4);
  assert.equal((await home.stored()).credential.refresh, server.refresh);
  assert.equal((await refresh(refresherOn(home.store))).kind, "renewed");
  assert.deepEqual([server.asked.length, server.dead], [2, false]);
});

test("a write that was torn anywhere: the login reads whole, as it was before or after", async (t) => {
  const { home, server, refresherOn, refresh } = await inMemory(t);
  const file = home.paths.agentDatabase("main");
  const before = (await home.stored()).credential.refresh;
  let answered = 0;
  const size = () => readFileSync(`${file}-wal`).length;
  assert.equal((await refresh(refresherOn(home.store, () => (answered = size())))).kind, "renewed");
  const end = size();
  assert.ok(answered > 0 && end > answered);
  for (let n = 0; n <= 24; n++) {
    const cut = Math.round(answered + ((end - answered) * n) / 24);
    const seen = await readTorn(home, cut);
    assert.ok([before, server.refresh].includes(seen), `cut at ${cut} of ${end}: ${seen}`);
    if (cut === end) assert.equal(seen, server.refresh);
  }
});

/** The home as another machine would find it when the end of the log never reached the disk. */
async function readTorn(home: SharedHome, cut: number): Promise<string | undefined> {
  const copy = `${home.path}-torn`;
  cpSync(home.path, copy, { recursive: true, filter: (path) => !path.endsWith("-shm") });
  const paths = resolvePaths({}, copy);
  const file = paths.agentDatabase("main");
  copyFileSync(`${home.paths.agentDatabase("main")}-wal`, `${file}-wal`);
  truncateSync(`${file}-wal`, cut);
  const db = new DatabaseSync(file);
  const sound = db.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
  db.close();
  const store = openSqliteStore({ paths, now: Date.now });
  try {
    assert.equal(sound, "ok");
    const { state } = await store.read("main");
    const held = state.profiles.find(({ id }) => id === LOGIN_ID)?.credential;
    return held?.type === "oauth" ? held.refresh : undefined;
  } finally {
    await store.close();
    rmSync(copy, { recursive: true });
  }
}
