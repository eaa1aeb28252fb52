// How long a program may be silent, and how much it may print (OpenClaw docs, "CLI backends"). Pure.
import type { CliBackend } from "../../providers/cli-backends.ts";

const CHARS = { usual: 8 * 1024 ** 2, most: 64 * 1024 ** 2 } as const;
const LINES = { usual: 20_000, most: 100_000 } as const;

/** Of the time that a turn may take, between two bounds. */
const SILENCE = {
  fresh: { ratio: 0.8, minMs: 180_000, maxMs: 600_000 },
  resume: { ratio: 0.3, minMs: 60_000, maxMs: 180_000 },
} as const;

export interface Limits {
  readonly silenceMs: number;
  readonly mostChars: number;
  readonly mostLines: number;
}

/** @param timeoutMs what the whole turn may take */
export function limitsOf({ settings }: CliBackend, goesOn: boolean, timeoutMs: number): Limits {
  const { outputLimits = {} } = settings.reliability ?? {};
  const { maxTurnRawChars = CHARS.usual, maxTurnLines = LINES.usual } = outputLimits;
  return {
    silenceMs: silenceOf(settings.reliability?.watchdog?.[goesOn ? "resume" : "fresh"], goesOn, timeoutMs),
    mostChars: Math.min(maxTurnRawChars, CHARS.most),
    mostLines: Math.min(maxTurnLines, LINES.most),
  };
}

type Reliability = NonNullable<CliBackend["settings"]["reliability"]>;
type Watchdog = NonNullable<Reliability["watchdog"]>["fresh"];

function silenceOf(own: Watchdog, goesOn: boolean, timeoutMs: number): number {
  if (own?.noOutputTimeoutMs !== undefined) return own.noOutputTimeoutMs;
  const usual = SILENCE[goesOn ? "resume" : "fresh"];
  const minMs = own?.minMs ?? usual.minMs;
  const maxMs = Math.max(minMs, own?.maxMs ?? usual.maxMs);
  const part = Math.floor(timeoutMs * (own?.noOutputTimeoutRatio ?? usual.ratio));
  return Math.min(Math.max(part, minMs), maxMs);
}
