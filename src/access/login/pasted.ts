// Logins whose credential the person has already, and pastes.
import type { Credential } from "../../core/credential.ts";
import { messageOf } from "../../core/errors.ts";
import type { ProviderId } from "../../core/ids.ts";
import { apiKeyNote } from "../anthropic-keys.ts";
import type { PasteKind } from "../paste-rules.ts";
import { pastedValue } from "../paste-rules.ts";
import type { FlowContext, Obtained } from "./flow.ts";
import type { Talk } from "./talk.ts";

export async function pastedApiKey({ provider, label, talk }: FlowContext): Promise<Obtained> {
  const key = await askCredential(talk, "api_key", provider, `Paste the API key for ${label}`);
  const note = apiKeyNote(provider, key);
  if (note !== undefined) talk.notify(note);
  return { credential: { type: "api_key", provider, key } satisfies Credential };
}

export async function pastedToken(context: FlowContext): Promise<Obtained> {
  const { deps, provider, login, talk, expiresInMs } = context;
  const token = await askCredential(talk, "token", provider, `Paste the ${login.label}`);
  const expires = expiresInMs === undefined ? {} : { expires: deps.now() + expiresInMs };
  return { credential: { type: "token", provider, token, ...expires } satisfies Credential };
}

/** Asks until what was pasted can be a credential of the provider. */
export async function askCredential(
  talk: Talk,
  kind: PasteKind,
  provider: ProviderId,
  question: string,
): Promise<string> {
  const answer = await talk.secret(question, (pasted) => problemWith(kind, provider, pasted));
  return pastedValue(kind, provider, answer);
}

function problemWith(kind: PasteKind, provider: ProviderId, pasted: string): string | undefined {
  // The advice for an empty answer is about pipes, which does not help in front of a prompt.
  if (pasted.trim() === "") return "Nothing was pasted. Ctrl-C leaves.";
  try {
    pastedValue(kind, provider, pasted);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
