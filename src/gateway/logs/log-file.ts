// The gateway's log on disk: JSON lines by pino, a file for each day, put aside when it grows large. Written behind;
// a disk that takes nothing costs lines, never a call.
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "pino";
import type { LoggingConfig, LogLevel } from "../../config/config.ts";

export interface LogFileOptions {
  /** `logging.file`; otherwise there is one for each day in `folder` */
  readonly file: string | undefined;
  readonly folder: string;
  readonly settings: () => LoggingConfig;
  /** ms since epoch */
  readonly now: () => number;
  /** Text without the secrets in it. */
  readonly hide: (text: string) => string;
  /** Told when lines cannot be written, and with `undefined` when they can. */
  readonly report: (error: unknown) => void;
}

type Level = Exclude<LogLevel, "silent" | "trace" | "fatal">;

interface Line {
  readonly level: Level;
  readonly message: string;
  readonly error: unknown;
  readonly at: number;
}

type Sink = ReturnType<typeof import("pino").destination>;

/** Until pino is there. */
const MOST_EARLY_LINES = 1000;
const ARCHIVES = 5;
const OLDEST_MS = 14 * 24 * 3_600_000;
/** What pino may hold that is not on disk. */
const MOST_UNWRITTEN_BYTES = 4 * 1024 * 1024;

/** Fields that nobody logs, and if somebody does, without their value. */
const SECRET_FIELDS = [
  "key",
  "apiKey",
  "token",
  "access",
  "refresh",
  "secret",
  "password",
  "authorization",
  "headers",
];

export class LogFile {
  readonly #options: LogFileOptions;
  #early: Line[] | undefined = [];
  #logger: Logger | undefined;
  #sink: Sink | undefined;
  #path = "";
  #bytes = 0;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** Where the lines of today are. */
  get path(): string {
    const { file, folder, now } = this.#options;
    return file ?? join(folder, `gateway-${dayOf(now())}.log`);
  }

  write(level: Level, message: string, error?: unknown): void {
    const line = { level, message, error, at: this.#options.now() };
    if (this.#logger) this.#log(line);
    else if (this.#early && this.#early.length < MOST_EARLY_LINES) this.#early.push(line);
  }

  /** pino is loaded here: whoever starts the gateway does not wait for it. */
  async open(): Promise<void> {
    try {
      const { default: pino } = await import("pino");
      this.#path = this.path;
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      this.#bytes = sizeOf(this.#path);
      const sink = pino.destination({ dest: this.#path, mode: 0o600, maxLength: MOST_UNWRITTEN_BYTES });
      sink.on("error", (error: unknown) => this.#options.report(error));
      sink.on("write", () => this.#options.report(undefined));
      this.#sink = sink;
      const redact = { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: "[secret]" };
      // Levels are decided here, where they can change.
      const options = { level: "trace", base: { pid: process.pid }, redact, timestamp: false };
      this.#logger = pino(options, { write: (text: string) => this.#put(text) });
    } catch (error) {
      this.#options.report(error);
    }
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const line of early) this.#log(line);
    void this.#removeOld();
  }

  #log({ level, message, error, at }: Line): void {
    const { settings, hide } = this.#options;
    if (!this.#logger || !isLogged(level, settings().level)) return;
    const time = new Date(at).toISOString();
    const err = error === undefined ? {} : { err: describe(error, hide) };
    this.#logger[level]({ time, ...err }, hide(message));
  }

  #put(text: string): void {
    const path = this.path;
    const large = this.#bytes > 0 && this.#bytes + text.length > this.#options.settings().maxFileBytes;
    if (path !== this.#path || large) this.#turnOver(path, large);
    this.#bytes += text.length;
    this.#sink?.write(text);
  }

  /** What is on its way still goes to the former file. */
  #turnOver(path: string, large: boolean): void {
    try {
      if (large && path === this.#path) putAside(path);
      this.#sink?.reopen(path);
      this.#path = path;
      this.#bytes = sizeOf(path);
      void this.#removeOld();
    } catch (error) {
      this.#options.report(error);
    }
  }

  /** Only files that are named as ours are. */
  async #removeOld(): Promise<void> {
    const { file, folder, now } = this.#options;
    if (file !== undefined) return;
    const names = await readdir(folder).catch(() => []);
    for (const name of names) {
      if (!/^gateway-\d{4}-\d\d-\d\d\.log(\.\d)?$/.test(name)) continue;
      const path = join(folder, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
      if (now() - mtimeMs > OLDEST_MS) await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** Writes what is left. */
  close(): void {
    try {
      this.#sink?.flushSync();
    } catch (error) {
      this.#options.report(error);
    }
  }
}

const SEVERITY: Readonly<Record<LogLevel, number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warn: 3,
  error: 4,
  fatal: 5,
  silent: 6,
};

export const isLogged = (level: LogLevel, least: LogLevel): boolean => SEVERITY[level] >= SEVERITY[least];

function describe(error: unknown, hide: (text: string) => string): object {
  if (!(error instanceof Error)) return { message: hide(String(error)) };
  const { name, message, stack = "" } = error;
  const code = "code" in error ? { code: String(error.code) } : {};
  return { type: name, ...code, message: hide(message), stack: hide(stack) };
}

const two = (n: number): string => String(n).padStart(2, "0");

/** By the clock on the wall, as OpenClaw names its own. */
function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** `.1` is the newest of the archives. */
function putAside(path: string): void {
  for (let n = ARCHIVES - 1; n >= 1; n--)
    if (existsSync(`${path}.${n}`)) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
  renameSync(path, `${path}.1`);
}
