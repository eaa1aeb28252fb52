// What a string that Anthropic gave out is, by its prefix (providers.json, `anthropic.keyFormat`). The prefixes are
// hints: none is a reason to refuse an API key, but whoever pastes the wrong thing is told.

const KINDS: readonly (readonly [prefix: string, is: string])[] = [
  ["sk-ant-api", "an Anthropic API key"],
  ["sk-ant-oat", "an Anthropic setup token"],
  ["sk-ant-ort", "the refresh token of a Claude login, with which no model can be called"],
  ["sk-ant-admin", "an Anthropic Admin API key, which is for usage and cost and calls no model"],
  ["sk-ant-sid", "the session key of a claude.ai website login, with which no model can be called"],
];

/** `an Anthropic API key`; `undefined` for what has no known prefix. */
export const anthropicKind = (value: string): string | undefined =>
  KINDS.find(([prefix]) => value.startsWith(prefix))?.[1];

/** A word on what was stored as an API key and is another thing. */
export function apiKeyNote(provider: string, value: string): string | undefined {
  const kind = provider === "anthropic" && !value.startsWith("sk-ant-api") ? anthropicKind(value) : undefined;
  if (kind === undefined) return undefined;
  return value.startsWith("sk-ant-oat")
    ? `This is ${kind}, stored as an API key. As a token it is checked, and its expiry can be told: openclaw models auth paste-token --provider anthropic`
    : `This is ${kind}.`;
}
