// A model call as it comes in: at which door, by whom, and what it asks for.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Config } from "../../config/config.ts";
import type { Wire } from "../../wire/wire.ts";
import type { RequestBody } from "../body.ts";
import { Refused } from "../refused.ts";
import type { Caller } from "../guard/caller.ts";
import { mayDo, outOfScope } from "../guard/caller.ts";
import type { Gateway } from "../gateway.ts";
import type { Target } from "./target.ts";
import { embeddingTarget } from "./target.ts";

/** What is called: a wire, or one of its sub-resources, which is never agent work. */
export interface Door {
  readonly wire: Wire;
  /** path below the provider's base URL */
  readonly endpoint: string;
  /** largest request, where openclaw.json says it */
  readonly bodyBytes?: (config: Config) => number | undefined;
  /** why an agent's own model cannot serve it */
  readonly agentless?: string;
}

export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly gateway: Gateway;
  readonly caller: Caller;
}

export interface IncomingCall extends Asked {
  readonly door: Door;
  readonly startedAt: number;
}

/** @throws AccessError for a model or an agent that there is none of, or that this caller may not choose */
export function targetOf(
  { request, door, caller }: IncomingCall,
  body: RequestBody,
  gateway: Gateway,
): Target {
  const { headers } = request;
  const model = headers["x-openclaw-model"];
  const agent = headers["x-openclaw-agent-id"];
  if (model !== undefined && caller.kind === "user" && !mayDo(caller, "admin")) throw new Refused(NOT_ADMIN);
  const target = gateway.targets.resolve(gateway.config(), body.json["model"], {
    ...(typeof model === "string" ? { model } : {}),
    ...(typeof agent === "string" ? { agent } : {}),
  });
  const isAgents = target.path === "agent" && model === undefined;
  return isAgents && door.agentless !== undefined
    ? embeddingTarget(gateway.config(), target, door.agentless)
    : target;
}

/** OpenClaw docs, "OpenAI chat completions": owner-level controls such as this header. */
const NOT_ADMIN = outOfScope("admin", "x-openclaw-model");
