// What `models undo` tells of a step: places and kinds. No credential is in it, and no secret of the config.
import { formatPath } from "../config/document.ts";
import { redact } from "../config/redact.ts";
import type { ChangeId } from "../core/history.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import type { History, JudgedStep } from "./undo.ts";
import type { Step } from "./undo-judge.ts";

export interface StepReport {
  readonly id: ChangeId;
  /** ISO */
  readonly at: string;
  /** the command, without its arguments */
  readonly command: string;
  /** `open`: not taken back. `undo`: took others back; naming it brings them again. */
  readonly state: "open" | "undone" | "undo";
  readonly undoneBy?: ChangeId;
  /** The undo was cut short; the next one finishes it. */
  readonly unfinished?: true;
  readonly undoes?: readonly ChangeId[];
  readonly changes: readonly ChangeReport[];
  /** why it cannot be taken back now */
  readonly reasons: readonly string[];
}

/** `before` or `after` is `null` where there was nothing. */
export type ChangeReport =
  | { readonly place: "config"; readonly path: string; readonly before: unknown; readonly after: unknown }
  | {
      readonly place: "profile";
      readonly agentId: AgentId;
      readonly profileId: ProfileId;
      readonly before: string | null;
      readonly after: string | null;
    }
  | {
      readonly place: "order";
      readonly agentId: AgentId;
      readonly provider: ProviderId;
      readonly before: readonly ProfileId[] | null;
      readonly after: readonly ProfileId[] | null;
    };

export interface HistoryReport {
  /** newest first */
  readonly changes: readonly StepReport[];
  readonly warnings: readonly string[];
}

/** What a command did besides, which stays as it is. By the command's words. */
const LEFT_ALONE: Readonly<Record<string, string>> = {
  doctor: "Files that doctor imported stay where they are, as *.bak beside their former place.",
  "agents delete": "The agent's folders stay in the trash; move them back by hand.",
};

export const leftAlone = (steps: readonly Step[]): string[] =>
  [...new Set(steps.map(({ because }) => because))].flatMap((because) => LEFT_ALONE[because] ?? []);

export const historyReport = ({ steps, warnings }: History): HistoryReport => ({
  changes: steps.map(judgedReport),
  warnings,
});

function judgedReport({ step, reasons, reverted, unfinished }: JudgedStep): StepReport {
  const report = stepReport(step);
  if (unfinished) return { ...report, unfinished, reasons: [] };
  if (!reverted || report.state !== "open") return { ...report, reasons };
  return { ...report, reasons: ["everything is as it was before"] };
}

export function stepReport(step: Step): StepReport {
  const { change, at, because, undoneBy, undoes } = step;
  return {
    id: change,
    at: new Date(at).toISOString(),
    command: because,
    state: undoneBy === undefined ? (undoes ? "undo" : "open") : "undone",
    ...(undoneBy !== undefined && { undoneBy }),
    ...(undoes && { undoes }),
    changes: changesOf(step),
    reasons: [],
  };
}

function changesOf({ config, stores }: Step): ChangeReport[] {
  const places = config.flatMap(({ items }) =>
    items.map(({ path, before, after }) => ({
      place: "config" as const,
      path: formatPath(path),
      before: redact(before, path) ?? null,
      after: redact(after, path) ?? null,
    })),
  );
  return [...storeChanges(stores), ...places];
}

function storeChanges(stores: Step["stores"]): ChangeReport[] {
  return [...stores].flatMap(([agentId, recorded]) =>
    recorded.map(({ item }): ChangeReport => {
      if (item.kind === "order") {
        const { provider, before, after } = item;
        return { place: "order", agentId, provider, before, after };
      }
      const { id, before, after } = item;
      const [was, is] = [before?.type ?? null, after?.type ?? null];
      return { place: "profile", agentId, profileId: id, before: was, after: is };
    }),
  );
}
