// What a gateway leaves on disk of its references (`access/secret-record.ts`), and what it reads there of the starts
// before it: programs that start after start has asked are left alone for a while.
import { readSecretRecord, writeSecretRecord } from "../../access/secret-record.ts";
import type { AgentId } from "../../core/ids.ts";
import { mayAskAt } from "../../core/secret-ref.ts";
import type { SecretMemory } from "../../secrets/memory.ts";
import type { GatewayDeps } from "../deps.ts";

type RecordDeps = Pick<GatewayDeps, "paths" | "now">;

export class GatewaySecretRecord {
  readonly #deps: RecordDeps;
  readonly #memory: SecretMemory;
  readonly #starts: Record<string, number[]> = {};
  /** by this start */
  readonly #asked = new Set<string>();
  readonly #sealed = new Map<AgentId, string>();

  constructor(deps: RecordDeps, memory: SecretMemory) {
    this.#deps = deps;
    this.#memory = memory;
    const { starts } = readSecretRecord(deps.paths().globalDir);
    for (const [alias, times] of Object.entries(starts)) this.#starts[alias] = [...times];
  }

  /** How long the program of `secrets.providers.<alias>` is to be left alone; 0 for one that may be asked. */
  heldMs(alias: string): number {
    if (this.#asked.has(alias)) return 0;
    const now = this.#deps.now();
    return Math.max(0, mayAskAt(this.#starts[alias] ?? [], now) - now);
  }

  /** This start asks their programs. */
  asks(aliases: Iterable<string>): void {
    for (const alias of aliases) {
      if (this.#asked.has(alias)) continue;
      this.#asked.add(alias);
      (this.#starts[alias] ??= []).push(this.#deps.now());
      this.write();
    }
  }

  /** A store that cannot be opened, for who asks on the command line. @param fault nothing once it can */
  locked(agent: AgentId, fault: string | undefined): void {
    if (this.#sealed.get(agent) === fault) return;
    if (fault === undefined) this.#sealed.delete(agent);
    else this.#sealed.set(agent, fault);
    this.write();
  }

  write(): void {
    const failing = [...this.#memory.values].flatMap(([key, { problem, value }]) =>
      problem === undefined || value ? [] : [[key, problem] as const],
    );
    const record = {
      starts: this.#starts,
      failing: Object.fromEntries(failing),
      sealed: Object.fromEntries(this.#sealed),
    };
    writeSecretRecord(this.#deps.paths().globalDir, record, this.#deps.now());
  }
}
