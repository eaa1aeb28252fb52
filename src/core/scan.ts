// Free models of OpenRouter as candidates for fallbacks: which count, which are better, which are taken. Pure.
// Rules: OpenClaw docs, "Scanning (OpenRouter free models)" and `models scan`; issue 3.

/** What the catalog says of a model. Keys are OpenClaw's. */
export interface ScanModel {
  /** `vendor/model:free` */
  readonly id: string;
  readonly name: string;
  readonly provider: "openrouter";
  /** `openrouter/vendor/model:free` */
  readonly modelRef: string;
  /** tokens */
  readonly contextLength: number | null;
  readonly maxCompletionTokens: number | null;
  readonly supportedParametersCount: number;
  readonly supportsToolsMeta: boolean;
  readonly supportsImagesMeta: boolean;
  /** `text+image->text` */
  readonly modality: string | null;
  /** billions, read from id and name */
  readonly inferredParamB: number | null;
  /** ms since epoch */
  readonly createdAtMs: number | null;
  readonly pricing: Readonly<Record<string, number>> | null;
  readonly isFree: boolean;
}

/** `skipped`: nobody asked. */
export interface ScanProbe {
  readonly ok: boolean;
  readonly latencyMs: number | null;
  readonly skipped?: true;
  readonly error?: string;
}

export interface ScanRow extends ScanModel {
  readonly tool: ScanProbe;
  readonly image: ScanProbe;
}

export interface ScanFilter {
  /** vendor, the part of the id before the slash */
  readonly provider?: string | undefined;
  /** billions */
  readonly minParams?: number | undefined;
  readonly maxAgeDays?: number | undefined;
}

const DAY = 24 * 60 * 60_000;

/** Free models that the filter lets through. What is not known does not satisfy a limit. */
export function scanCandidates(
  models: readonly ScanModel[],
  { provider, minParams, maxAgeDays }: ScanFilter,
  now: number,
): ScanModel[] {
  const vendor = provider?.trim().toLowerCase();
  const oldest = maxAgeDays === undefined ? undefined : now - maxAgeDays * DAY;
  return models.filter(
    (model) =>
      model.isFree &&
      (vendor === undefined || model.id.toLowerCase().startsWith(`${vendor}/`)) &&
      (!minParams || (model.inferredParamB ?? -1) >= minParams) &&
      (oldest === undefined || (model.createdAtMs ?? -1) >= oldest),
  );
}

/** Billions of parameters by the id or name: `70b`, `8x22b`, `235b-a22b`; the largest that is named. */
export function inferredParams(text: string): number | null {
  const sizes = [
    ...text.toLowerCase().matchAll(/(?<![a-z\d.])(?:(\d{1,3})x)?(\d{1,4}(?:\.\d+)?)b(?![a-z\d])/g),
  ];
  const billions = sizes.map(([, times, size]) => Number(times ?? 1) * Number(size)).filter((n) => n > 0);
  return billions.length === 0 ? null : Math.max(...billions);
}

/** What was tried counts; where nothing was, what the catalog says. */
const supports = (probe: ScanProbe, stated: boolean): number => Number(probe.skipped ? stated : probe.ok);

const latency = ({ ok, latencyMs }: ScanProbe): number => (ok && latencyMs !== null ? latencyMs : Infinity);

const ascending = (a: number, b: number): number => (a === b ? 0 : a - b);

/**
 * Best first: tools, images, then the fastest tool call, the larger context, the larger model, the id.
 * A model that cannot call tools is no candidate for an agent, so tools come before all else.
 */
export function compareScanRows(a: ScanRow, b: ScanRow): number {
  return (
    supports(b.tool, b.supportsToolsMeta) - supports(a.tool, a.supportsToolsMeta) ||
    supports(b.image, b.supportsImagesMeta) - supports(a.image, a.supportsImagesMeta) ||
    ascending(latency(a.tool), latency(b.tool)) ||
    (b.contextLength ?? 0) - (a.contextLength ?? 0) ||
    (b.inferredParamB ?? 0) - (a.inferredParamB ?? 0) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

export interface ScanSelection {
  /** references, best first */
  readonly selected: readonly string[];
  readonly selectedImages: readonly string[];
}

/** The best of what was tried and works; metadata alone selects nothing. */
export function selectModels(rows: readonly ScanRow[], most: number): ScanSelection {
  const ranked = rows.toSorted(compareScanRows);
  const working = (probe: "tool" | "image") =>
    ranked.filter((row) => row[probe].ok && !row[probe].skipped).slice(0, most);
  const refs = (chosen: readonly ScanRow[]) => chosen.map((row) => row.modelRef);
  return { selected: refs(working("tool")), selectedImages: refs(working("image")) };
}
