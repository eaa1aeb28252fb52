// What a call with a source has shown of it, in words for the person who sets up.
import type { CallResult } from "../access/one-call.ts";
import { AccessError } from "../core/errors.ts";
import type { ProbeRow } from "../core/probe.ts";
import { probeStatus } from "../core/probe.ts";
import type { Tried } from "./source.ts";

export function triedOf({ status, model, latencyMs, error = "It did not work." }: ProbeRow): Tried {
  if (status === "ok")
    return { status, latencyMs: latencyMs ?? 0, ...(model === undefined ? {} : { model }) };
  if (latencyMs === undefined) return { status: "untried", why: firstLine(error) };
  return { status: status === "auth" ? "refused" : "unclear", why: firstLine(error) };
}

/** @param model for people @throws AccessError `cancelled` */
export function triedBy(result: CallResult, model: string): Tried {
  if (result.kind === "aborted") throw left();
  const { latencyMs } = result;
  if (result.kind === "answered") return { status: "ok", model, latencyMs };
  const refused = probeStatus(result.failure) === "auth";
  return { status: refused ? "refused" : "unclear", why: firstLine(result.failure.message) };
}

export const left = () => new AccessError("cancelled", "Cancelled. Nothing was changed.");

const firstLine = (text: string): string => text.split("\n", 1)[0]!;
