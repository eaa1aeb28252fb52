// Entry of the store's thread: all SQLite work of the gateway happens here (DESIGN, "State": one writer).
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Family } from "../core/family.ts";
import { DEFAULT_COOLDOWNS } from "../core/health.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { ClientKey } from "../core/client-key.ts";
import { basisOfKeys, openClientKeyStore } from "./client-keys.ts";
import { openReceiptStore } from "./receipts.ts";
import { openSessionStore } from "./sessions.ts";
import { commitSession } from "./worker-sessions.ts";
import { openSqliteStore } from "./sqlite.ts";
import type { Slice } from "./store.ts";
import { sliceOf } from "./draft.ts";
import type { Place, Reply, Request, ThreadData } from "./thread-protocol.ts";
import { basisOf, basisOfFamily, toThreadError } from "./thread-protocol.ts";

const { globalDir, main, seal } = workerData as ThreadData;
const port = parentPort!;
const files = new Map<AgentId, string>([[MAIN_AGENT, main]]);
const watches = new Map<number, () => void>();
let now = Date.now();
let cooldowns = DEFAULT_COOLDOWNS;
/** How far the program's clock is ahead of ours. */
let ahead = 0;

const store = openSqliteStore({
  paths: { globalDir, agentDatabase: (agent) => files.get(agent)! },
  now: () => now,
  seal: () => seal,
  get cooldowns() {
    return cooldowns;
  },
});
const receipts = openReceiptStore({ file: join(globalDir, "access.sqlite") });
const clientKeys = openClientKeyStore(globalDir);
const sessionFiles = new Map<AgentId, string>();
const sessions = openSessionStore((agent) => sessionFiles.get(agent)!);

const reply = (message: Reply): void => port.postMessage(message);

port.on("message", (request: Request) => {
  now = request.now;
  ahead = now - Date.now();
  const { id } = request;
  answer(request).then(
    (value) => reply({ id, answer: value }),
    (error: unknown) => reply({ id, error: toThreadError(error) }),
  );
});

async function answer(request: Request): Promise<unknown> {
  switch (request.op) {
    case "read":
      return store.read(agentAt(request.place), request.depth);
    case "slice":
      return sliceOf(
        (await store.read(agentAt(request.place), request.touch.facts && "facts")).state,
        request.touch,
      );
    case "commit":
      return commit(request);
    case "history":
      return store.history(agentAt(request.place));
    case "family":
      return store.family(request.token);
    case "commitFamily":
      return commitFamily(request);
    case "record":
      return record(request);
    case "lease":
      return store.lease(agentAt(request.place), request.name, request.owner);
    case "release":
      return store.release(agentAt(request.place), request.lease);
    case "find":
      return receipts.find(request.runId);
    case "receipts":
      return receipts.page(request.query);
    case "session":
      return sessions.find(sessionsAt(request.place), request.key);
    case "sessions":
      return sessions.list(sessionsAt(request.place));
    case "messages":
      return sessions.messages(sessionsAt(request.place), request.sessionId, request.limit);
    case "commitSession":
      return commitSession(sessions, sessionsAt(request.place), request.commit);
    case "watch":
      return startWatch(request.watch, request.places);
    case "unwatch":
      return stopWatch(request.watch);
    case "clientKeys":
      return clientKeys.keys();
    case "keyUsage":
      return clientKeys.usage();
    case "commitKeys":
      return commitKeys(request);
    case "addKeyUse":
      return clientKeys.addUse(request.uses);
    case "watchKeys":
      return startKeyWatch(request.watch);
    case "close":
      return close();
  }
}

function agentAt({ agent, file }: Place): AgentId {
  files.set(agent, file);
  return agent;
}

/** Sessions lie in a database of their own. */
function sessionsAt({ agent, file }: Place): AgentId {
  sessionFiles.set(agent, file);
  return agent;
}

async function commitKeys({ put, basis }: Request & { op: "commitKeys" }) {
  let moved: readonly ClientKey[] | undefined;
  await clientKeys.update((keys) => {
    moved = basisOfKeys(keys) === basis ? undefined : keys;
    return moved ? [] : put;
  });
  return moved ? { moved } : {};
}

async function commit({ place, touch, change, basis, note }: Request & { op: "commit" }) {
  let moved: Slice | undefined;
  const decide = (slice: Slice) => {
    moved = basisOf(slice) === basis ? undefined : slice;
    return moved ? undefined : change;
  };
  const wrote = await store.update(agentAt(place), touch, decide, note);
  return moved ? { moved } : { wrote };
}

async function commitFamily({ token, change, basis }: Request & { op: "commitFamily" }) {
  let moved: Family | undefined;
  const changed = await store.updateFamily(token, (family) => {
    moved = basisOfFamily(family) === basis ? undefined : family;
    return moved ? undefined : change;
  });
  return moved ? { moved } : { changed };
}

async function record({ places, changes, receipts: runs, cooldowns: told }: Request & { op: "record" }) {
  places.forEach(agentAt);
  cooldowns = told ?? DEFAULT_COOLDOWNS;
  const [health, receipt] = await Promise.allSettled([
    store.applyHealth(changes),
    receipts.appendTexts(runs),
  ]);
  return {
    ...(health.status === "rejected" && { health: toThreadError(health.reason) }),
    ...(receipt.status === "rejected" && { receipts: toThreadError(receipt.reason) }),
  };
}

function startWatch(watch: number, places: readonly Place[]): void {
  const stop = store.watch(places.map(agentAt), (agent) => {
    // The store is to note what it saw: not with the time of the last question, which may be long ago.
    now = Date.now() + ahead;
    reply({ watch, changed: agent });
  });
  watches.set(watch, stop);
}

function startKeyWatch(watch: number): void {
  watches.set(
    watch,
    clientKeys.watch(() => reply({ watch, changed: undefined })),
  );
}

function stopWatch(watch: number): void {
  watches.get(watch)?.();
  watches.delete(watch);
}

/** Ends by itself: nothing is left that keeps the thread alive. */
async function close(): Promise<void> {
  await store.close();
  await receipts.close();
  await clientKeys.close();
  await sessions.close();
  setImmediate(() => port.close());
}
