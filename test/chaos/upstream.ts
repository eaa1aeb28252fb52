// The faulty upstream: every call does what its account's script says, and is kept for the oracle.
import type { Call, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { PROTOCOLS } from "../support/protocols.ts";
import type { Random } from "../translation/mutate.ts";
import type { Served } from "./oracle.ts";
import type { Account, Place, World } from "./world.ts";
import { faultAt } from "./world.ts";

export interface ChaosUpstream {
  readonly upstream: ScriptedUpstream;
  readonly served: readonly Served[];
}

export async function startChaosUpstream(world: World, random: Random): Promise<ChaosUpstream> {
  const accounts = new Map(
    world.places.flatMap((place) =>
      place.accounts.map((account) => [account.key, { place, account }] as const),
    ),
  );
  const calls = new Map<string, number>();
  const served: Served[] = [];
  const upstream = await startScriptedUpstream((call) => {
    const { place, account } = accounts.get(call.key)!;
    const before = calls.get(call.key) ?? 0;
    calls.set(call.key, before + 1);
    const one = servedBy(call, account, before, textOf(served.length, random));
    served.push(one);
    return one.fault.act({ protocol: protocolOf(place), stream: one.streamed, text: one.text, random });
  });
  return { upstream, served };
}

const protocolOf = ({ speaks }: Place) => PROTOCOLS[speaks];

function servedBy(call: Call, account: Account, before: number, text: string): Served {
  const run = Number(/run-(\d+)-/.exec(call.body.text)![1]);
  return { run, fault: faultAt(account, before), text, streamed: call.body.json.stream === true };
}

/** Words that count themselves, behind the number of the call; once in a while very many of them. */
function textOf(call: number, random: Random): string {
  const words = random() < 0.02 ? 3000 : 6 + Math.floor(random() * 20);
  return Array.from({ length: words }, (_, n) => `c${call}é${n}`).join(" ");
}
