// A conversation's thinking level in the request of a client that says nothing of it, in the words of its protocol.
import { targetFor } from "../../access/translation.ts";
import { routesTo } from "../../access/provider-route.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { thinkingHard } from "../../wire/translate/anthropic-messages/own-request.ts";
import type { Effort } from "../../wire/translate/neutral.ts";
import type { RequestTarget } from "../../wire/translate/translator.ts";
import type { Wire } from "../../wire/wire.ts";
import type { Gateway } from "../gateway.ts";
import type { CallTemplate } from "../calls/upstream-call.ts";
import { agentBody } from "../calls/upstream-call.ts";

interface Words {
  /** The request says itself how hard its model thinks. */
  isSaid(body: JsonObject): boolean;
  /** As it is read for a translation. */
  say(body: JsonObject, effort: Effort): JsonObject;
  /** As a provider of the same protocol takes it, where that is another thing. */
  sayTo?(body: JsonObject, effort: Effort, target: RequestTarget): JsonObject;
}

const part = (body: JsonObject, name: string): JsonObject => {
  const value = body[name];
  return isObject(value) ? value : {};
};

const WORDS: Readonly<Record<string, Words>> = {
  "openai-completions": {
    isSaid: (body) => body["reasoning_effort"] !== undefined,
    say: (body, effort) => ({ ...body, reasoning_effort: effort }),
  },
  "openai-responses": {
    isSaid: (body) => part(body, "reasoning")["effort"] !== undefined,
    say: (body, effort) => ({ ...body, reasoning: { ...part(body, "reasoning"), effort } }),
  },
  "anthropic-messages": {
    isSaid: (body) => body["thinking"] !== undefined || part(body, "output_config")["effort"] !== undefined,
    say: (body, effort) => ({
      ...body,
      output_config: { ...part(body, "output_config"), effort: known(effort) },
    }),
    sayTo: thinkingHard,
  },
};

/** Its protocol has no word for less. */
const known = (effort: Effort): Effort => (effort === "minimal" ? "low" : effort);

/** A request, with and without the level of its conversation. */
export interface ThinkingRequest {
  /** as it is read for a translation */
  readonly body: JsonObject;
  /** The bytes for each of its models: those that are known not to reason are asked for no thinking. */
  bodyFor(models: readonly ModelRef[], gateway: Gateway): CallTemplate["bodyFor"];
}

/** @param effort of the conversation */
export function thinkingRequest(wire: Wire, body: JsonObject, effort: Effort | undefined): ThinkingRequest {
  const plain = agentBody(wire, body);
  const words = WORDS[wire.api];
  if (effort === undefined || !words || words.isSaid(body)) return { body, bodyFor: () => plain };
  return {
    body: words.say(body, effort),
    bodyFor(models, gateway) {
      const targets = new Map(models.map((ref) => [ref.model, targetOf(ref, wire, gateway)]));
      return (model) => {
        const target = targets.get(model) ?? { model };
        if (target.reasoning === false) return plain(model);
        const said = words.sayTo?.(body, effort, target) ?? words.say(body, effort);
        return agentBody(wire, said)(model);
      };
    },
  };
}

function targetOf(ref: ModelRef, { api }: Wire, gateway: Gateway): RequestTarget {
  const config = gateway.config();
  const [route] = routesTo(config, ref.provider, api, gateway.env());
  return route ? targetFor(config, ref, route) : { model: ref.model };
}
