// What may be pasted as a credential (fidelity spec §4, "Paste rules").
import { AccessError } from "../core/errors.ts";
import type { ProviderId } from "../core/ids.ts";
import { anthropicKind } from "./anthropic-keys.ts";

export type PasteKind = "api_key" | "token";

const SETUP_TOKEN_PREFIX = "sk-ant-oat01-";
const SHORTEST_SETUP_TOKEN = 80;

/**
 * The credential in what was pasted, without the white space around it. No message repeats any of it.
 *
 * @throws AccessError `bad_input`
 */
export function pastedValue(kind: PasteKind, provider: ProviderId, pasted: string): string {
  const value = pasted.trim();
  const what = kind === "token" ? "token" : "API key";
  if (value === "")
    throw refused(
      `No ${what} was given. Pipe it in: printf %s "$SECRET" | openclaw models auth ${command(kind)} --provider ${provider}`,
    );
  if (/[\r\n\u2028\u2029]/.test(value))
    throw refused(
      `More than one line was pasted, and an ${what} is one line.`.replace("an token", "a token"),
    );
  if (/\p{Cc}/u.test(value)) throw refused(`The ${what} holds control characters. Paste it again.`);
  if (SHELL_LINE.test(value))
    throw refused(`This is a line for a shell. Paste the ${what} alone, without name and quotes.`);
  if (/\s/.test(value))
    throw refused(
      `There is a blank inside the ${what}: it was cut when it was copied. Copy it in one piece.`,
    );
  if (/[^\x21-\x7e]/.test(value))
    throw refused(`The ${what} holds characters that no credential has. Copy it again.`);
  if (kind === "token") checkToken(provider, value);
  else checkApiKey(provider, value);
  return value;
}

const command = (kind: PasteKind): string => (kind === "token" ? "paste-token" : "paste-api-key");

/** `export OPENAI_API_KEY=sk-…`, `KEY="…"`, or the value with its quotes. */
const SHELL_LINE = /^(export\s+|set\s+|\$env:)?[A-Z][A-Z0-9_]*(KEY|TOKEN)S?\s*=\s*\S|^(["'`]).*\3$/;

/** What a ChatGPT login leaves behind: a JWT, or a file of JSON. */
const LOGIN_MATERIAL = /^(Bearer\s+)?[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}$|^[{[]/i;

function checkApiKey(provider: ProviderId, key: string): void {
  if (provider === "openai" && LOGIN_MATERIAL.test(key))
    throw refused(
      "This is what a login leaves, not an OpenAI API key. For a token use: openclaw models auth paste-token --provider openai",
    );
}

function checkToken(provider: ProviderId, token: string): void {
  if (provider === "anthropic" && !token.startsWith(SETUP_TOKEN_PREFIX)) {
    const kind = anthropicKind(token);
    throw refused(
      `${kind === undefined ? "" : `This is ${kind}. `}An Anthropic setup token starts with ${SETUP_TOKEN_PREFIX} (claude setup-token prints one). For an API key use: openclaw models auth paste-api-key --provider anthropic`,
    );
  }
  if (provider === "anthropic" && token.length < SHORTEST_SETUP_TOKEN)
    throw refused("This Anthropic setup token is too short: part of it is missing. Copy all of it.");
  if (provider === "openai" && token.startsWith("sk-"))
    throw refused("This is an OpenAI API key. Use: openclaw models auth paste-api-key --provider openai");
}

const refused = (message: string): AccessError =>
  new AccessError("bad_input", `${message} Nothing was saved.`);
