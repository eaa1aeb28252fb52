// Every engine of the store, through one suite.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { MemoryDatabase } from "../../src/store/memory-database.ts";
import { openMemoryStore } from "../../src/store/memory.ts";
import { SealKey } from "../../src/store/seal/box.ts";
import { sealDatabase } from "../../src/store/seal/databases.ts";
import { Keyring } from "../../src/store/seal/keyring.ts";
import type { SealPlaces } from "../../src/store/seal/places.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import { openStoreInWorker } from "../../src/store/worker.ts";
import type { Engine, StoreHome } from "./engine.ts";
import { storeSuite } from "./store-suite.ts";

/** Of the build where there is one: every client is a thread, which loads it anew. */
const thread = process.env["TEST_ENTRY"]
  ? pathToFileURL(join(dirname(process.env["TEST_ENTRY"]), "store-thread.js"))
  : new URL("../../src/store/store-thread.ts", import.meta.url);

async function folderHome(open: (paths: ReturnType<typeof pathsIn>) => Store) {
  const folder = await mkdtemp(join(tmpdir(), "store-contract-"));
  return {
    folder,
    paths: pathsIn(folder),
    open: () => open(pathsIn(folder)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const pathsIn = (folder: string) => ({
  globalDir: join(folder, "state"),
  agentDatabase: (agent: string) => join(folder, "agents", agent, "agent", "openclaw-agent.sqlite"),
});

/** The same after `secrets seal`: what comes later is sealed as well. */
async function sealedHome(
  open: (paths: ReturnType<typeof pathsIn>, seal: () => SealPlaces) => Store,
): Promise<StoreHome> {
  let keyFile = "";
  const home = await folderHome((paths) => open(paths, () => ({ keyFile })));
  const { paths, folder } = home;
  keyFile = join(folder, "elsewhere.key");
  const key = SealKey.random();
  await writeFile(keyFile, `${key.export()}\n`, { mode: 0o600 });
  const place = { kind: "file", id: key.id, path: join(folder, "moved.key") } as const;
  const keyring = new Keyring(() => ({}));
  const main = { agent: "main", file: paths.agentDatabase("main") };
  await sealDatabase(main, { key, place }, { globalDir: paths.globalDir, keyring, now: Date.now });
  return home;
}

/** A small seeded generator (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function memoryEngine(name: string, seed?: number): Engine {
  return {
    name,
    runs: seed === undefined ? 80 : 10,
    async create(now) {
      const database = new MemoryDatabase();
      const random = seeded(seed ?? 0);
      const remote = { random, conflictRate: 0.3, delayMs: 4, lostNoticeRate: 0.5 };
      return {
        open: () => openMemoryStore({ now, database, ...(seed !== undefined && { remote }) }),
        remove: async () => {},
      };
    },
  };
}

const seed = Number(process.env["STORE_SEED"] ?? Date.now() % 1_000_000);

storeSuite(memoryEngine("memory"));
storeSuite(memoryEngine(`memory, remote (STORE_SEED=${seed})`, seed));
storeSuite({
  name: "sqlite",
  runs: 20,
  create: (now) => folderHome((paths) => openSqliteStore({ paths, now })),
});
storeSuite({
  name: "sqlite, sealed",
  runs: 10,
  create: (now) => sealedHome((paths, seal) => openSqliteStore({ paths, now, seal })),
});
storeSuite({
  name: "sqlite, sealed, in a worker",
  runs: 3,
  create: (now) => sealedHome((paths, seal) => openStoreInWorker({ paths, now, seal, thread })),
});
storeSuite({
  name: "sqlite in a worker",
  runs: 3,
  create: (now) => folderHome((paths) => openStoreInWorker({ paths, now, thread })),
});
