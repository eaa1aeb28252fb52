// Sessions and their transcripts, in a database of each agent beside its credentials' one: they grow, and a turn
// must make nobody look for changed credentials. Bounded: the newest sessions, and the newest rows of each.
import { dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { AgentId } from "../core/ids.ts";
import type { ChatMessage, Session } from "../core/session.ts";
import { readFault, writeFault } from "./faults.ts";
import { canonicalJson } from "./json.ts";
import { inSnapshot, readDatabase } from "./read-database.ts";
import { IS_MESSAGE, messageIn, SESSION_COLUMNS, sessionIn } from "./session-rows.ts";
import { statement } from "./statements.ts";
import { Turns } from "./turns.ts";
import { patiently, transact, WriteConnections } from "./write-database.ts";

export interface SessionChange {
  /** `null` removes it, with its transcript */
  readonly session: Session | null;
  readonly append?: readonly ChatMessage[];
}

export type Decide = (session: Session | undefined) => SessionChange | undefined;

/** A session as it is once it was changed; `undefined`: there is none. */
export interface Updated {
  readonly session: Session | undefined;
  readonly transcript: readonly ChatMessage[];
}

/** A change that was decided elsewhere. */
export interface SessionCommit {
  readonly key: string;
  readonly change: SessionChange;
  /** of the session that was changed */
  readonly basis: string;
  /** how many of the newest rows are wanted of what it comes to */
  readonly limit: number;
}

/** `moved`: nothing was changed, the session is another one by now. */
export type CommitOutcome = { readonly left: Updated } | { readonly moved: Session | undefined };

export interface SessionStore {
  /** Creates nothing. @throws AccessError `store_unreadable` */
  find(agent: AgentId, key: string): Promise<Session | undefined>;
  /** Newest first. Creates nothing. @throws AccessError `store_unreadable` */
  list(agent: AgentId): Promise<readonly Session[]>;
  /** The newest `limit` rows or 8 MB of them, oldest first; rows that cannot be read are left out. @throws AccessError `store_unreadable` */
  messages(agent: AgentId, sessionId: string, limit: number): Promise<readonly ChatMessage[]>;
  /**
   * Changes one session and adds to its transcript, in one transaction. `decide` sees the stored session, is
   * synchronous and pure, may run again, and returns `undefined` to leave all as it is. A power cut may lose it.
   *
   * @returns the session as it is then
   * @throws AccessError `store_unwritable`, `store_unreadable`; or whatever `decide` throws, with nothing written
   */
  update(agent: AgentId, key: string, decide: Decide): Promise<Session | undefined>;
  /**
   * As `update`; and what is in the transcript then, as `messages` tells it.
   *
   * @param expect told at once what it will be unless others have changed the session, where that is known; if it held,
   * this very value is returned
   */
  updateAndRead(
    agent: AgentId,
    key: string,
    decide: Decide,
    limit: number,
    expect?: (expected: Updated) => void,
  ): Promise<Updated>;
  close(): Promise<void>;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS access_sessions (
    key TEXT NOT NULL PRIMARY KEY, session_id TEXT NOT NULL, updated_at INTEGER NOT NULL, session_json TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS access_sessions_updated ON access_sessions (updated_at);
  CREATE TABLE IF NOT EXISTS access_messages (
    session_id TEXT NOT NULL, seq INTEGER NOT NULL, message_json TEXT NOT NULL,
    PRIMARY KEY (session_id, seq)) WITHOUT ROWID`;

/** Beside the agent's credentials. @param agentDatabase the path of theirs */
export const sessionFile = (agentDatabase: string): string =>
  join(dirname(agentDatabase), "access-sessions.sqlite");

export const MOST_SESSIONS = 2000;
export const MOST_MESSAGES = 2000;
/** Of one reading. A person's words never come near it; pictures may. */
export const MOST_READ_CHARACTERS = 8 * 1024 * 1024;

/** @param fileOf where an agent's sessions are */
export function openSessionStore(fileOf: (agent: AgentId) => string): SessionStore {
  return new SqliteSessions(fileOf);
}

class SqliteSessions implements SessionStore {
  readonly #fileOf: (agent: AgentId) => string;
  readonly #connections = new WriteConnections();
  readonly #turns = new Turns();

  constructor(fileOf: (agent: AgentId) => string) {
    this.#fileOf = fileOf;
  }

  async find(agent: AgentId, key: string): Promise<Session | undefined> {
    return this.#read(agent, (db) => selectSession(db, key), undefined);
  }

  async list(agent: AgentId): Promise<readonly Session[]> {
    const newest = `SELECT ${SESSION_COLUMNS} FROM access_sessions ORDER BY updated_at DESC, key
      LIMIT ${MOST_SESSIONS}`;
    return this.#read(agent, (db) => db.prepare(newest).all().flatMap(sessionIn), []);
  }

  async messages(agent: AgentId, sessionId: string, limit: number): Promise<readonly ChatMessage[]> {
    return this.#read(agent, (db) => selectMessages(db, sessionId, limit), []);
  }

  async update(agent: AgentId, key: string, decide: Decide): Promise<Session | undefined> {
    return (await this.updateAndRead(agent, key, decide, 0)).session;
  }

  updateAndRead(agent: AgentId, key: string, decide: Decide, limit: number): Promise<Updated> {
    const file = this.#fileOf(agent);
    return this.#turns.take(file, async () => {
      try {
        return await patiently(() => this.#change(file, key, decide, limit));
      } catch (error) {
        throw writeFault(file, error, "sessions");
      }
    });
  }

  async close(): Promise<void> {
    await this.#turns.end();
    this.#connections.closeAll();
  }

  #change(file: string, key: string, decide: Decide, limit: number): Updated {
    const db = this.#connections.obtain(file);
    return transact(db, "NORMAL", () => {
      if (!hasTable(db)) db.exec(SCHEMA);
      const before = selectSession(db, key);
      const change = decide(before);
      if (change) apply(db, key, before, change);
      const session = change ? (change.session ?? undefined) : before;
      const transcript = session && limit > 0 ? selectMessages(db, session.sessionId, limit) : [];
      return { session, transcript };
    });
  }

  async #read<T>(agent: AgentId, select: (db: DatabaseSync) => T, none: T): Promise<T> {
    const file = this.#fileOf(agent);
    const selectIfAny = (db: DatabaseSync) => (hasTable(db) ? select(db) : none);
    try {
      return await patiently(() => {
        const open = this.#connections.current(file);
        return open ? inSnapshot(open, selectIfAny) : (readDatabase(file, selectIfAny) ?? none);
      });
    } catch (error) {
      throw readFault(file, error, "sessions");
    }
  }
}

const hasTable = (db: DatabaseSync): boolean =>
  statement(db, "SELECT 1 FROM sqlite_schema WHERE name = 'access_messages'").get() !== undefined;

function selectSession(db: DatabaseSync, key: string): Session | undefined {
  const row = statement(db, `SELECT ${SESSION_COLUMNS} FROM access_sessions WHERE key = ?`).get(key);
  return row && sessionIn(row)[0];
}

function selectMessages(db: DatabaseSync, sessionId: string, limit: number): ChatMessage[] {
  const newest = `SELECT message_json FROM access_messages
    WHERE session_id = ? AND ${IS_MESSAGE} ORDER BY seq DESC LIMIT ?`;
  const found: ChatMessage[] = [];
  let characters = 0;
  for (const { message_json: text } of statement(db, newest).iterate(sessionId, limit)) {
    characters += String(text).length;
    if (characters > MOST_READ_CHARACTERS && found.length > 0) break;
    found.push(...messageIn(text));
  }
  return found.toReversed();
}

function apply(db: DatabaseSync, key: string, before: Session | undefined, change: SessionChange): void {
  const { session, append: rows } = change;
  if (before && before.sessionId !== session?.sessionId) dropTranscript(db, before.sessionId);
  if (!session) return void statement(db, "DELETE FROM access_sessions WHERE key = ?").run(key);
  put(db, session);
  if (rows?.length) append(db, session.sessionId, rows);
  if (!before) prune(db, key);
}

const PUT = `INSERT OR REPLACE INTO access_sessions (key, session_id, updated_at, session_json) VALUES (?, ?, ?, ?)`;
const put = (db: DatabaseSync, session: Session): void =>
  void statement(db, PUT).run(session.key, session.sessionId, session.updatedAt, JSON.stringify(session));

function append(db: DatabaseSync, sessionId: string, messages: readonly ChatMessage[]): void {
  const newest = "SELECT max(seq) AS seq FROM access_messages WHERE session_id = ?";
  let seq = Number(statement(db, newest).get(sessionId)?.["seq"] ?? 0);
  const insert = "INSERT INTO access_messages (session_id, seq, message_json) VALUES (?, ?, ?)";
  for (const message of messages) statement(db, insert).run(sessionId, ++seq, JSON.stringify(message));
  if (seq <= MOST_MESSAGES) return;
  const old = "DELETE FROM access_messages WHERE session_id = ? AND seq <= ?";
  statement(db, old).run(sessionId, seq - MOST_MESSAGES);
}

const dropTranscript = (db: DatabaseSync, sessionId: string): void =>
  void statement(db, "DELETE FROM access_messages WHERE session_id = ?").run(sessionId);

/** The oldest beyond the limit go, a few at each new one; never that one, also when the clock was set back. */
function prune(db: DatabaseSync, newest: string): void {
  const oldest = `SELECT key, session_id FROM access_sessions WHERE key <> ?
    ORDER BY updated_at DESC LIMIT 16 OFFSET ${MOST_SESSIONS - 1}`;
  for (const row of statement(db, oldest).all(newest)) {
    dropTranscript(db, String(row["session_id"]));
    statement(db, "DELETE FROM access_sessions WHERE key = ?").run(String(row["key"]));
  }
}

/** Equal for equal sessions. */
export const basisOfSession = (session: Session | undefined): string => canonicalJson(session ?? null);
