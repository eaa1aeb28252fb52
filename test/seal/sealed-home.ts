// A home whose stores are sealed, with everything in them that can hold a secret.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { resolvePaths } from "../../src/config/paths.ts";
import type { Credential } from "../../src/core/credential.ts";
import { SealKey } from "../../src/store/seal/box.ts";
import type { AgentFile, Hands, PlacedKey } from "../../src/store/seal/databases.ts";
import { Keyring } from "../../src/store/seal/keyring.ts";
import type { SealPlaces } from "../../src/store/seal/places.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";

export const NOW = 1_790_000_000_000;

export interface SealHome {
  readonly path: string;
  readonly paths: ReturnType<typeof resolvePaths>;
  at(agent: string): AgentFile;
  hands(places?: SealPlaces): Hands;
  /** a key in a file beside the home */
  newKey(name: string): PlacedKey & { readonly path: string };
  open(places?: SealPlaces): Store;
  /** a table as it stands, by what it is about */
  rows(agent: string, sql: string): Record<string, unknown>[];
  run(agent: string, sql: string, ...values: string[]): void;
  /** Files below the home in which one of the texts stands. */
  filesWith(texts: readonly string[]): string[];
  remove(): void;
}

export function sealHome(): SealHome {
  const path = mkdtempSync(join(tmpdir(), "seal-"));
  const paths = resolvePaths({}, path);
  const at = (agent: string) => ({ agent, file: paths.agentDatabase(agent) });
  const using = <T>(agent: string, work: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(at(agent).file);
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  return {
    path,
    paths,
    at,
    hands: (places = {}) => ({
      globalDir: paths.globalDir,
      keyring: new Keyring(() => places),
      now: () => NOW,
    }),
    newKey(name) {
      const key = SealKey.random();
      const file = join(path, name);
      writeFileSync(file, `${key.export()}\n`, { mode: 0o600 });
      return { key, path: file, place: { kind: "file", id: key.id, path: file } };
    },
    open: (places = {}) => openSqliteStore({ paths, now: () => NOW, seal: () => places }),
    rows: (agent, sql) =>
      using(agent, (db) =>
        db
          .prepare(sql)
          .all()
          .map((row) => ({ ...row })),
      ),
    run: (agent, sql, ...values) => using(agent, (db) => void db.prepare(sql).run(...values)),
    filesWith(texts) {
      const files = readdirSync(path, { recursive: true, encoding: "utf8" }).map((file) => join(path, file));
      return files.filter((file) => {
        if (!statSync(file).isFile()) return false;
        const content = readFileSync(file);
        return texts.some((text) => content.includes(text));
      });
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export const put = (store: Store, agent: string, profiles: Record<string, Credential | null>) =>
  store.update(
    agent,
    { profiles: Object.keys(profiles) },
    () => ({ profiles: new Map(Object.entries(profiles)) }),
    { change: `change-${++changes}`, because: "test" },
  );
let changes = 0;

export const credentialsOf = async (store: Store, agent = "main") =>
  Object.fromEntries((await store.read(agent)).state.profiles.map(({ id, credential }) => [id, credential]));
