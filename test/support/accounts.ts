// Accounts `a`, `b`, `c` … of provider `p` behind a gateway, each answering as its script says. Accounts without a script
// are healthy and sign their answers.
import type { TestContext } from "node:test";
import { resolvePaths } from "../../src/config/paths.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Action, Call } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import type { TestGateway, TestSetup } from "./gateway.ts";
import { keyOf, startTestGateway } from "./gateway.ts";
import type { Protocol } from "./protocols.ts";
import { PROTOCOLS } from "./protocols.ts";

const { chat } = PROTOCOLS;

/** `p.a` for the call of account `a` of provider `p`. */
export const accountOf = (call: Call): string => call.key.replace("sk-fake-", "").replace("-", ".");

const signed = (call: Call, protocol: Protocol = chat): Action => {
  const text = `I am ${accountOf(call)}.`;
  return call.body.json.stream
    ? act.stream({ frames: protocol.frames(text) })
    : act.reply({ body: protocol.whole(text) });
};

export const says = (
  status: number,
  message: string,
  headers: Record<string, string> = {},
  code?: string,
): Action =>
  act.reply({ status, headers, body: { error: { message, type: "error", ...(code ? { code } : {}) } } });

export const limited = (headers: Record<string, string> = {}): Action =>
  says(429, "Rate limit reached for requests", headers, "rate_limit_exceeded");
export const unauthorized = says(401, "Incorrect API key provided", {}, "invalid_api_key");

/** What each account does: always, or call by call; healthy when the list is over. */
type Accounts = Readonly<Record<string, Action | readonly (Action | "healthy")[]>>;

export function scripted(accounts: Accounts, protocol: Protocol = chat) {
  const calls = new Map<string, number>();
  return (call: Call): Action => {
    const account = accountOf(call);
    const n = calls.get(account) ?? 0;
    calls.set(account, n + 1);
    const planned = accounts[account];
    const action = typeof planned === "function" ? planned : planned?.[n];
    return action === undefined || action === "healthy" ? signed(call, protocol) : action;
  };
}

export async function gatewayFor(
  t: TestContext,
  accounts: Accounts,
  setup: Partial<TestSetup> = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway({
    providers: { p: { keys: ["a", "b", "c"] } },
    script: scripted(accounts),
    ...setup,
    access: { gateway: { maxWaitMs: 0, ...setup.access } },
  });
  t.after(() => gateway.stop());
  return gateway;
}

/** Nobody's clock: each look is a millisecond later, so that the order of two events is never a tie. */
export function tickingClock(start = Date.UTC(2026, 0, 1)) {
  let ms = start;
  return { now: () => ++ms, advance: (by: number) => void (ms += by) };
}

interface Asked {
  readonly status: number;
  /** the account that signed, or the error's message */
  readonly by: string;
  readonly headers: Headers;
  readonly body: any;
}

interface Asking {
  readonly model?: string;
  readonly headers?: Record<string, string>;
  readonly question?: string;
}

let questions = 0;

/** One question that no conversation had before, so that nothing is sticky unless a test wants it. */
export async function ask(
  gateway: TestGateway,
  { model = "p/m1", headers = {}, question = `Question ${++questions}` }: Asking = {},
): Promise<Asked> {
  const body = { model, messages: [{ role: "user", content: question }] };
  const response = await gateway.post(chat.path, body, headers);
  const answer: any = await response.json();
  const text: string = answer.choices?.[0]?.message.content ?? answer.error.message;
  return {
    status: response.status,
    by: /^I am (.+)\.$/.exec(text)?.[1] ?? text,
    headers: response.headers,
    body: answer,
  };
}

/** Writes as the command line does: through a store of its own. */
export async function addKey(gateway: TestGateway, name: string): Promise<void> {
  const store = openSqliteStore({ paths: resolvePaths({}, gateway.home), now: Date.now });
  const id = `p:${name}`;
  const credential = { type: "api_key" as const, provider: "p", key: keyOf("p", name) };
  await store.update("main", { profiles: [id] }, () => ({ profiles: new Map([[id, credential]]) }));
  await store.close();
}
