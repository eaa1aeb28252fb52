// What a client's `model` means: an agent, or a model that the provider's bytes come back from untouched.
// Forms: gateway spec §2 "chat/completions"; DESIGN, "Two paths through the gateway".
import type { Config } from "../../config/config.ts";
import { defaultModelOf, modelNamesOf } from "../../config/model-names.ts";
import { AccessError } from "../../core/errors.ts";
import type { AgentId } from "../../core/ids.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { sameModelRef, splitModelRef } from "../../core/model-ref.ts";
import { authProviderOf } from "../../access/auth-provider.ts";
import { isKnown } from "../../access/provider-route.ts";

export interface Target {
  readonly path: "agent" | "pass-through";
  readonly agent: AgentId;
  /** the model asked for, then its fallbacks */
  readonly models: readonly ModelRef[];
}

export interface TargetHeaders {
  /** `x-openclaw-model`: strict */
  readonly model?: string;
  /** `x-openclaw-agent-id` */
  readonly agent?: string;
}

/** What clients ask for again and again, resolved once per config. */
export class Targets {
  #config: Config | undefined;
  readonly #known = new Map<string, Target>();

  /** As `resolveTarget`. */
  resolve(config: Config, model: unknown, headers: TargetHeaders): Target {
    if (config !== this.#config || this.#known.size > 1000) this.#known.clear();
    this.#config = config;
    const plain = typeof model === "string" && headers.model === undefined && headers.agent === undefined;
    if (!plain) return resolveTarget(config, model, headers);
    const known = this.#known.get(model);
    if (known) return known;
    const target = resolveTarget(config, model, headers);
    this.#known.set(model, target);
    return target;
  }
}

/**
 * @param model the request's `model`, decoded but not checked
 * @throws AccessError `bad_input`, `unknown_agent`; `unknown_model` for `x-openclaw-model` alone
 */
function resolveTarget(config: Config, model: unknown, headers: TargetHeaders): Target {
  if (model !== undefined && typeof model !== "string")
    throw new AccessError("bad_input", "model must be text.");
  for (const name of [model, headers.model, headers.agent]) refuseOddName(name);
  const named = agentNamed(model);
  const agent = knownAgent(config, headers.agent ?? named);
  if (named === undefined && model !== undefined) {
    const ref = passThroughModel(config, model);
    const { fallbacks } = defaultModelOf(config, agent);
    return { path: "pass-through", agent, models: withPrograms(config, withFallbacks(ref, fallbacks)) };
  }
  if (headers.model !== undefined)
    return { path: "agent", agent, models: byPrograms(config, [strictModel(config, headers.model)]) };
  const { resolved, fallbacks } = defaultModelOf(config, agent);
  return { path: "agent", agent, models: byPrograms(config, withFallbacks(resolved.ref, fallbacks)) };
}

/**
 * An agent's call for embeddings: it has a model for them where its memory has one.
 *
 * @throws AccessError `bad_input`
 */
export function embeddingTarget(config: Config, target: Target, door: string): Target {
  const own = config.agents.find(({ id }) => id === target.agent)?.embeddings ?? config.embeddings;
  if (!own) throw new AccessError("bad_input", door);
  if (isKnown(config, own.provider)) return { ...target, models: [own] };
  throw new AccessError(
    "bad_input",
    `The memory of agent ${target.agent} is searched with "${own.provider}" (memorySearch.provider), which is no provider here.`,
  );
}

/** Names go into headers, receipts and health rows: they are bounded at the door. */
const LONGEST_NAME = 256;

function refuseOddName(name: string | undefined): void {
  if (name === undefined || (name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name))) return;
  throw new AccessError(
    "bad_input",
    `A model or agent is named by at most ${LONGEST_NAME} visible characters.`,
  );
}

/** The agent that a model name stands for; `default` for the default agent, `undefined` for a model. */
function agentNamed(model: string | undefined): string | undefined {
  if (model === undefined || model === "openclaw") return "default";
  const match = /^(?:openclaw[/:]|agent:)(.+)$/.exec(model);
  return match?.[1];
}

function knownAgent(config: Config, named: string | undefined): AgentId {
  const id = named?.trim().toLowerCase() ?? "default";
  const agent =
    config.agents.find((entry) => entry.id === id) ?? (id === "default" ? defaultOf(config) : undefined);
  if (agent) return agent.id;
  const known = config.agents.map((entry) => `openclaw/${entry.id}`).join(", ");
  throw new AccessError("unknown_agent", `There is no agent "${named}". Use one of: openclaw, ${known}.`);
}

const defaultOf = (config: Config) => config.agents.find((entry) => entry.isDefault) ?? config.agents[0];

function passThroughModel(config: Config, text: string): ModelRef {
  const ref = namedModel(config, text);
  if (ref && isKnown(config, ref.provider)) return ref;
  throw new AccessError(
    "bad_input",
    `There is no model "${text}" here. Use openclaw, openclaw/<agent>, an alias, or provider/model; GET /v1/models lists them.`,
  );
}

function strictModel(config: Config, text: string): ModelRef {
  const ref = namedModel(config, text);
  if (ref && isKnown(config, ref.provider)) return ref;
  throw new AccessError("unknown_model", `x-openclaw-model names no known model: "${text}".`);
}

/** An alias, `provider/model`, or a bare id that one configured provider lists. */
function namedModel(config: Config, text: string): ModelRef | undefined {
  const names = modelNamesOf(config);
  const lower = text.trim().toLowerCase();
  const target = [...names.aliases].find(([alias]) => alias.toLowerCase() === lower)?.[1] ?? text;
  const ref = splitModelRef(target);
  if (ref) return ref;
  const id = target.trim();
  const listing = [...names.configured].filter(([, models]) => models.includes(id));
  return listing.length === 1 ? { provider: listing[0]![0], model: id } : undefined;
}

function withFallbacks(first: ModelRef, fallbacks: readonly ModelRef[]): ModelRef[] {
  const models = [first];
  for (const ref of fallbacks) if (!models.some((other) => sameModelRef(other, ref))) models.push(ref);
  return models;
}

/** An agent's model goes where `agentRuntime` sends it, and nowhere else: a program has a login of its own. */
export const byPrograms = (config: Config, models: readonly ModelRef[]): readonly ModelRef[] =>
  models.some((ref) => programFor(config, ref))
    ? models.map((ref) => programFor(config, ref) ?? ref)
    : models;

/** Who names a provider's model gets it from the provider where that is possible, and from the program otherwise. */
const withPrograms = (config: Config, models: readonly ModelRef[]): readonly ModelRef[] =>
  models.flatMap((ref) => [ref, programFor(config, ref) ?? []].flat());

function programFor(config: Config, ref: ModelRef): ModelRef | undefined {
  const provider = authProviderOf(config, ref);
  return provider === ref.provider ? undefined : { provider, model: ref.model };
}
