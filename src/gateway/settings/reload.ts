// New settings for a running gateway: read, checked, and only then used. What cannot be used leaves the running
// ones in place, and is told until it is mended (OpenClaw docs, "Config hot reload").
import type { Settings as Files } from "../../access/open-deps.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { Faults } from "../faults.ts";
import type { Log } from "../gateway.ts";
import type { SecretsReport } from "../secrets/report.ts";
import type { SettingFiles } from "./setting-files.ts";
import { changesOf, readSettingFiles } from "./setting-files.ts";

export type SettingsReader = Omit<Files, "environment">;

export interface ReloadReport {
  /** how many there were since the start */
  readonly number: number;
  /** ms since epoch */
  readonly at: number;
  readonly outcome: "applied" | "unchanged" | "rejected";
  /** names of what changed; no values */
  readonly changed: readonly string[];
  /** what is used from the next start on */
  readonly restart: readonly string[];
  /** why it was rejected, and what to do */
  readonly error?: string;
  /** what its references say; only where a person asked */
  readonly secrets?: SecretsReport;
}

export interface ReloadOptions {
  readonly first: SettingsReader;
  readonly reread: () => SettingsReader;
  /** Settings that hold until the process ends, by name. Throws what makes new ones useless. */
  readonly lasting: (settings: SettingsReader) => Readonly<Record<string, unknown>>;
  /** Puts settings to use that `lasting` took. */
  readonly apply: (settings: SettingsReader) => Promise<void>;
  /** Asks for all references again, also when the settings are not to be used. */
  readonly secrets: () => Promise<SecretsReport>;
  readonly onReport: (report: ReloadReport) => void;
  readonly faults: Faults;
  readonly log: Log;
  readonly now: () => number;
}

const KEPT = "New settings cannot be used; the running ones stay";

export class Reloads {
  readonly #options: ReloadOptions;
  readonly #lasting: Readonly<Record<string, unknown>>;
  #used: SettingFiles;
  #running: SettingsReader;
  #turn: Promise<unknown> = Promise.resolve();
  #last: ReloadReport | undefined;

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#running = options.first;
    this.#lasting = options.lasting(options.first);
    this.#used = readSettingFiles(options.first.paths(), options.first.config());
  }

  get last(): ReloadReport | undefined {
    return this.#last;
  }

  /**
   * One after the other. Never rejects.
   *
   * @param asked by a person: told also when nothing changed
   */
  reload(asked: boolean): Promise<ReloadReport> {
    const turn = this.#turn.then(() => this.#reload(asked));
    this.#turn = turn;
    return turn;
  }

  async #reload(asked: boolean): Promise<ReloadReport> {
    const { faults, log, onReport, now, secrets } = this.#options;
    const outcome = await this.#outcome(asked);
    const part = asked ? { ...outcome, secrets: await secrets() } : outcome;
    faults.note("settings", KEPT, part.error);
    const report = { number: (this.#last?.number ?? 0) + 1, at: now(), ...part };
    const isNews = asked || report.outcome !== "unchanged" || this.#last?.outcome === "rejected";
    if (!isNews) return report;
    this.#last = report;
    if (report.outcome !== "rejected") log.info(sentenceOf(report));
    onReport(report);
    return report;
  }

  async #outcome(asked: boolean): Promise<Omit<ReloadReport, "number" | "at">> {
    const { reread, lasting, apply } = this.#options;
    const running = this.#running;
    const files = readSettingFiles(running.paths(), running.config());
    const changed = changesOf(this.#used, files);
    try {
      const next = reread();
      refuseLoss(this.#used, next);
      const restart = differing(this.#lasting, lasting(next));
      if (changed.length === 0 && !asked) return { outcome: "unchanged", changed, restart };
      await apply(next);
      [this.#used, this.#running] = [files, next];
      return { outcome: changed.length === 0 ? "unchanged" : "applied", changed, restart };
    } catch (error) {
      const wrong = error instanceof AccessError ? messageOf(error) : `Unexpected: ${messageOf(error)}`;
      return { outcome: "rejected", changed: [], restart: [], error: wrong };
    }
  }
}

/** A file that vanishes is an accident more often than a wish for defaults. */
function refuseLoss(used: SettingFiles, next: SettingsReader): void {
  if (!used.config || next.config().exists) return;
  throw new AccessError(
    "config_invalid",
    `${next.config().path} is gone. Put it back, or restart the gateway to run without it.`,
  );
}

const differing = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] =>
  Object.keys(before).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));

function sentenceOf({ outcome, changed, restart }: ReloadReport): string {
  const what = outcome === "applied" ? `New settings are in use: ${changed.join(", ")}` : "Nothing changed";
  return restart.length === 0 ? what : `${what}. Used from the next start on: ${restart.join(", ")}`;
}
