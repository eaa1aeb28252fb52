// `--auth-choice`: the words of OpenClaw's documents ("CLI setup reference", the providers' pages), and what each
// means here. A word that is not in the table is a provider, or a provider with one of its logins behind a dash. Pure.
import { AccessError } from "../core/errors.ts";
import type { ProviderId } from "../core/ids.ts";
import { nearest } from "../core/nearest.ts";
import { findProvider, PROVIDERS } from "../providers/all.ts";
import { loginsOf } from "../providers/logins.ts";
import { LOCAL_SERVERS } from "../providers/model-lists.ts";
import { MEDIA } from "../core/media.ts";

export type AuthChoice =
  | { readonly kind: "skip" }
  /** A server of models, reached at an address. */
  | { readonly kind: "server"; readonly provider: ProviderId }
  /** Any server that speaks a known protocol. */
  | { readonly kind: "custom" }
  /** A token made elsewhere, of the provider that another flag names. */
  | { readonly kind: "token" }
  | { readonly kind: "login"; readonly provider: ProviderId; readonly method: string };

/** By word in lower case: provider, and login where it is not the API key. */
const NAMED: Readonly<Record<string, readonly [provider: ProviderId, method?: string]>> = {
  apikey: ["anthropic"],
  "anthropic-cli": ["anthropic", "cli"],
  "claude-cli": ["anthropic", "cli"],
  "setup-token": ["anthropic", "setup-token"],
  "openai-codex": ["openai", "oauth"],
  "codex-cli": ["openai", "cli"],
  codex: ["openai", "cli"],
  chutes: ["chutes", "oauth"],
  "gemini-api-key": ["google"],
  "google-gemini-cli": ["google-gemini-cli", "oauth"],
  "ai-gateway-api-key": ["vercel-ai-gateway"],
  "opencode-zen": ["opencode"],
  "tokenhub-api-key": ["tencent-tokenhub"],
  "tokenplan-api-key": ["tencent-tokenplan"],
  "arceeai-api-key": ["arcee"],
  "alibaba-model-studio-api-key": ["alibaba"],
  "kimi-code-api-key": ["kimi"],
  "microsoft-foundry-apikey": ["microsoft-foundry"],
  "microsoft-foundry-entra": ["microsoft-foundry", "entra-id"],
  minimax: ["minimax", "api-global"],
  "minimax-api": ["minimax", "api-global"],
  "minimax-cloud": ["minimax", "api-global"],
  "minimax-api-lightning": ["minimax", "api-global"],
  "minimax-api-key-cn": ["minimax", "api-cn"],
  "minimax-global-api": ["minimax", "api-global"],
  "minimax-cn-api": ["minimax", "api-cn"],
  "minimax-global-oauth": ["minimax-portal", "oauth"],
  "stepfun-plan-api-key-intl": ["stepfun-plan", "plan-api-key-intl"],
  "stepfun-plan-api-key-cn": ["stepfun-plan", "plan-api-key-cn"],
  "xiaomi-token-plan-ams": ["xiaomi-token-plan", "token-plan-ams"],
  "xiaomi-token-plan-cn": ["xiaomi-token-plan", "token-plan-cn"],
  "xiaomi-token-plan-sgp": ["xiaomi-token-plan", "token-plan-sgp"],
};

const API_KEY = "api-key";

/** Documented words for what is not here, and what does instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    MEDIA.map((name) => [
      `${name}-${API_KEY}`,
      `${name} makes pictures and films, which OpenClaw runs: no model here takes its key. Use --auth-choice skip.`,
    ]),
  ),
  "arceeai-openrouter":
    "Through OpenRouter, Arcee's models are OpenRouter's: use --auth-choice openrouter-api-key, and the model openrouter/arcee-ai/trinity-large-thinking.",
  "minimax-cn-oauth":
    "MiniMax's login for China has addresses of its own. Set oauth.minimax-portal in access.json: deviceUrl https://account.minimaxi.com/oauth2/device/code, tokenUrl https://account.minimaxi.com/oauth2/token; and models.providers.minimax-portal.baseUrl https://api.minimaxi.com/anthropic. Then use --auth-choice minimax-global-oauth.",
};

/** @throws AccessError `bad_input` with what was perhaps meant */
export function parseAuthChoice(text: string): AuthChoice {
  const word = text.trim().toLowerCase();
  if (word === "skip") return { kind: "skip" };
  if (word === "custom-api-key" || word === "custom") return { kind: "custom" };
  if (word === "token") return { kind: "token" };
  if (LOCAL_SERVERS.includes(word) || word === "copilot-proxy") return { kind: "server", provider: word };
  if (Object.hasOwn(ELSEWHERE, word)) throw new AccessError("bad_input", ELSEWHERE[word]!);
  const named = Object.hasOwn(NAMED, word) ? NAMED[word] : undefined;
  if (named) return { kind: "login", provider: named[0], method: named[1] ?? API_KEY };
  const found = ofProvider(word);
  if (found) return found;
  const near = nearest(word, [...Object.keys(NAMED), ...PROVIDERS.map(({ id }) => `${id}-${API_KEY}`)]);
  throw new AccessError(
    "bad_input",
    `--auth-choice "${text}" is not known.${near === undefined ? "" : ` Did you mean ${near}?`} Use apiKey (Anthropic), openai-api-key, <provider>-api-key, claude-cli, codex-cli, ollama, custom-api-key, token or skip.`,
  );
}

/** `groq`, `groq-api-key`, `xai-device-code`: the provider is the longest that fits. */
function ofProvider(word: string): AuthChoice | undefined {
  for (let end = word.length; end > 0; end = word.lastIndexOf("-", end - 1)) {
    const provider = findProvider(word.slice(0, end));
    const method = provider && methodIn(provider, word.slice(end + 1));
    if (method !== undefined) return { kind: "login", provider: provider!.id, method };
  }
  return undefined;
}

function methodIn(provider: NonNullable<ReturnType<typeof findProvider>>, rest: string): string | undefined {
  const logins = loginsOf(provider);
  if (rest === "") return logins[0]?.id;
  if (logins.some(({ id }) => id === rest)) return rest;
  return rest === API_KEY ? logins.find(({ kind }) => kind === "api_key")?.id : undefined;
}
