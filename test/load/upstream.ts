// The upstream of the load: answers at once, and accounts that fail now and then, each in its way.
import type { Action, Call, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import type { Protocol } from "../support/protocols.ts";
import { PROTOCOLS } from "../support/protocols.ts";
import { ACCOUNTS, keyOf, PLACES } from "./accounts.ts";

const TEXT = Array.from({ length: 40 }, (_, n) => `word-${n}`).join(" ");
const LIMITED = { type: "rate_limit_error", message: "Rate limit reached" };
const BROKEN = { type: "server_error", message: "The server had an error" };

interface Speech {
  readonly protocol: Protocol;
  readonly frames: readonly string[];
  readonly whole: string;
}

const SPEECHES = new Map(
  Object.entries(PLACES).map(([provider, name]): [string, Speech] => {
    const protocol = PROTOCOLS[name];
    return [
      provider,
      { protocol, frames: protocol.frames(TEXT), whole: JSON.stringify(protocol.whole(TEXT)) },
    ];
  }),
);

const answer = ({ frames, whole }: Speech, stream: boolean): Action =>
  stream ? act.stream({ frames }) : act.reply({ body: whole });

/** What a failing account does instead of answering, by its name. */
const FAILURES: Readonly<Record<string, (speech: Speech, stream: boolean) => Action>> = {
  limited: ({ protocol }) =>
    act.reply({ status: 429, headers: { "retry-after": "2" }, body: protocol.errorBody(LIMITED) }),
  broken: ({ protocol }) =>
    act.reply({ status: 500, headers: { "retry-after": "1" }, body: protocol.errorBody(BROKEN) }),
  reset: () => act.resetBefore(),
  early: ({ protocol }, stream) =>
    stream
      ? act.errorEventFirst(protocol.errorFrame(LIMITED))
      : act.reply({ body: protocol.errorBody(LIMITED) }),
  refused: ({ protocol }) => act.reply({ status: 401, body: protocol.errorBody(LIMITED) }),
};

/** Each failing account answers only every other of its calls, so that bars come and go. */
export async function startLoadUpstream(): Promise<ScriptedUpstream> {
  const accounts = new Map(
    Object.keys(PLACES).flatMap((provider) =>
      ACCOUNTS.map(
        (account) => [keyOf(provider, account), { account, speech: SPEECHES.get(provider)! }] as const,
      ),
    ),
  );
  const calls = new Map<string, number>();
  const upstream = await startScriptedUpstream((call: Call) => {
    // What was asked is of no interest here, and would fill this process.
    (upstream.calls as Call[]).length = 0;
    const { account, speech } = accounts.get(call.key)!;
    const stream = call.body.json.stream === true;
    const n = (calls.get(call.key) ?? 0) + 1;
    calls.set(call.key, n);
    const failure = FAILURES[account];
    return failure && n % 2 === 1 ? failure(speech, stream) : answer(speech, stream);
  });
  return upstream;
}
