// `models scan` from its flags to what is written: scan, show, ask, apply.
import type { ScanReport } from "../access/scan.ts";
import { scanKey, scanModels } from "../access/scan.ts";
import { AccessError } from "../core/errors.ts";
import type { Session } from "./command.ts";
import type { ScanRow, ScanSelection } from "../core/scan.ts";
import { EXIT_FAILURE } from "./exit.ts";
import { untilInterrupted } from "./interrupt.ts";
import { renderChoice, renderScan, scanProgress } from "./render/scan.ts";

export interface ScanFlags {
  readonly probe: boolean;
  readonly minParams?: number;
  readonly maxAgeDays?: number;
  readonly provider?: string;
  readonly maxCandidates?: number;
  readonly timeout?: number;
  readonly concurrency?: number;
  readonly yes: boolean;
  readonly input: boolean;
  readonly setDefault: boolean;
  readonly setImage: boolean;
  readonly json: boolean;
}

/** @throws AccessError `bad_input`, `no_terminal`, `upstream_failed`, `config_invalid`, `cancelled` */
export async function scan(session: Session, flags: ScanFlags): Promise<void> {
  const { io } = session;
  const deps = await session.deps();
  const key = flags.probe ? await scanKey(deps) : undefined;
  refuseEarly(session, flags, key !== undefined);
  if (flags.probe && !key) io.say(WITHOUT_KEY);
  const request = {
    filter: { provider: flags.provider, minParams: flags.minParams, maxAgeDays: flags.maxAgeDays },
    key,
    timeoutMs: flags.timeout ?? 10_000,
    concurrency: flags.concurrency ?? 3,
    maxCandidates: flags.maxCandidates ?? 6,
    onRow: (row: ScanRow, done: number, total: number) => io.say(scanProgress(row, done, total)),
  };
  const report = await untilInterrupted(
    (signal) => scanModels(deps, { ...request, signal }),
    "Stopped. Nothing was changed.",
  );
  for (const warning of report.warnings) io.say(`Warning: ${warning}`);
  if (!flags.json) io.out(renderScan(report, io));
  if (!report.probed) return flags.json ? io.json(report.results) : undefined;
  const lacking = lackOf(report, flags);
  if (lacking === undefined) return take(session, flags, report);
  if (flags.json) printJson(session, flags, report, false);
  io.say(`Error: ${lacking} Nothing was changed.`);
  session.exit(EXIT_FAILURE);
}

const WITHOUT_KEY =
  "No OpenRouter key: the models were not tried. Free models need one as well, for probes and for use: set OPENROUTER_API_KEY, or openclaw models auth paste-api-key --provider openrouter";

/** What cannot come to a good end is refused before a call is spent on it. */
function refuseEarly({ io }: Session, flags: ScanFlags, hasKey: boolean): void {
  const sets = flags.setDefault ? "--set-default" : flags.setImage ? "--set-image" : undefined;
  if (sets && !flags.probe)
    throw new AccessError("bad_input", `${sets} takes models that were tried. Leave --no-probe out.`);
  if (sets && !hasKey)
    throw new AccessError("bad_input", `${sets} takes models that were tried. ${WITHOUT_KEY}`);
  if (!hasKey || flags.yes || mayAsk(io, flags)) return;
  if (sets || (flags.input && !flags.json)) throw new AccessError("no_terminal", NO_TERMINAL);
}

const NO_TERMINAL =
  "There is no terminal to confirm the selection on. Give --yes to take it, or --json or --no-input to see it only.";

const mayAsk = (io: Session["io"], flags: ScanFlags): boolean =>
  io.inIsTerminal && flags.input && !flags.json;

/** Why there is nothing to take, if there is nothing. */
function lackOf(report: ScanReport, flags: ScanFlags): string | undefined {
  if (report.selected.length === 0) return "No free model that called a tool was found.";
  if (flags.setImage && report.selectedImages.length === 0)
    return "No free model that took an image was found.";
  return undefined;
}

async function take(session: Session, flags: ScanFlags, report: ScanReport): Promise<void> {
  const { io } = session;
  const selection = flags.yes ? report : mayAsk(io, flags) ? await asked(io, report) : undefined;
  if (!selection || selection.selected.length === 0) {
    io.say(`Nothing was changed.${selection ? "" : " To take the selection: --yes"}`);
    return flags.json ? printJson(session, flags, report, false) : undefined;
  }
  const { applyScan } = await import("../access/scan-apply.ts");
  const { selected, selectedImages } = selection;
  const { setDefault, setImage } = flags;
  const { config } = await applyScan(await session.deps(), {
    selected,
    selectedImages,
    setDefault,
    setImage,
  });
  if (flags.json) return printJson(session, flags, report, true);
  io.out(`\n${renderChoice(config, selectedImages.length > 0)}`);
}

/** The person chooses among all that works; the best are marked. */
async function asked(io: Session["io"], report: ScanReport): Promise<ScanSelection> {
  const { terminalTalk } = await import("./ask.ts");
  const talk = terminalTalk(io, false, NO_TERMINAL);
  const choose = async (probe: "tool" | "image", question: string, marked: readonly string[]) => {
    const working = report.results.filter((row) => row[probe].ok);
    if (working.length === 0) return [];
    const choices = working.map((row) => ({ value: row.modelRef, label: row.modelRef }));
    return talk.chooseMany(question, choices, marked);
  };
  const selected = await choose("tool", "Replace the fallbacks by", report.selected);
  if (selected.length === 0) return { selected, selectedImages: [] };
  const selectedImages = await choose("image", "Replace the fallbacks for images by", report.selectedImages);
  return { selected, selectedImages };
}

function printJson({ io }: Session, flags: ScanFlags, report: ScanReport, applied: boolean): void {
  const { selected, selectedImages, results, warnings } = report;
  const { setDefault, setImage } = flags;
  io.json({ selected, selectedImages, setDefault, setImage, results, warnings, applied });
}
