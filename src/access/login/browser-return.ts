// The way back from the browser: the callback raced with a paste. The first to complete wins.
import { AccessError } from "../../core/errors.ts";
import type { Attempt, CodeClient } from "../../oauth/authorization-code.ts";
import type { Callback } from "../../oauth/callback.ts";
import type { PageKind } from "../../oauth/callback-page.ts";
import type { PastedAnswer } from "../../oauth/pasted-answer.ts";
import { parsePasted } from "../../oauth/pasted-answer.ts";
import type { Talk } from "./talk.ts";

export interface Returned {
  /** `undefined`: the request was another site's */
  readonly params: URLSearchParams | undefined;
  /** A code alone was pasted, without its state. */
  readonly bare: boolean;
  /** Shows in the browser how it ended, where the browser came back. */
  readonly finish?: (page: PageKind) => Promise<void>;
}

/** No provider's page waits longer. */
const PATIENCE_MINUTES = 15;

/** @throws AccessError `cancelled` when the person leaves; `upstream_failed` when nobody comes back */
export async function awaitReturn(
  talk: Talk,
  client: CodeClient,
  attempt: Attempt,
  callback: Callback,
): Promise<Returned> {
  const over = new AbortController();
  const late = Promise.withResolvers<never>();
  const alarm = setTimeout(() => late.reject(nobodyCame()), PATIENCE_MINUTES * 60_000);
  const arrived = callback.arrived.then(({ params, finish }) => ({ params, bare: false, finish }));
  const pasted = askForPaste(talk, client, attempt, over.signal);
  try {
    return await Promise.race([arrived, pasted, late.promise]);
  } finally {
    clearTimeout(alarm);
    over.abort();
    // The question is off the screen before anything else is said.
    await pasted.catch(() => undefined);
  }
}

async function askForPaste(
  talk: Talk,
  client: CodeClient,
  attempt: Attempt,
  until: AbortSignal,
): Promise<Returned> {
  const question = "Waiting for the browser. Or paste the redirect URL that it ends at, or the code";
  const text = await talk.secret(question, (answer) => problemWith(client, attempt, answer), until);
  const { params, bare } = parsePasted(text)!;
  return { params, bare };
}

function problemWith(client: CodeClient, attempt: Attempt, text: string): string | undefined {
  if (text.trim() === "") return "Nothing was pasted. Ctrl-C leaves.";
  const pasted = parsePasted(text);
  if (!pasted)
    return "There is no answer of a login in it. Paste the whole address that the browser ends at.";
  if (pasted.bare && client.pasteNeedsState && attempt.state !== undefined)
    return "The state is missing. Paste the whole address that the browser ends at.";
  return isElsewhere(attempt, pasted)
    ? "This address is of another login. Paste the one of this login."
    : undefined;
}

/** Where the path stands for the state, it is compared like one. */
const isElsewhere = ({ state, redirectUri }: Attempt, { path }: PastedAnswer): boolean =>
  state === undefined && path !== undefined && path !== new URL(redirectUri).pathname;

const nobodyCame = (): AccessError =>
  new AccessError(
    "upstream_failed",
    `Nobody came back from the browser within ${PATIENCE_MINUTES} minutes. Nothing was changed. Start the login again.`,
  );
