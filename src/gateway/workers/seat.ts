// The seat of one worker at its primary: how it begins, and who answers what it asks.
import type { AllLoads, TellLoads } from "./all-loads.ts";
import type { Crew, Seat, WorkerChannel } from "./crew.ts";
import { deskFor } from "./desk.ts";
import type { PageMaker } from "./pages.ts";
import type { PrimaryOptions } from "./told.ts";
import { toldAtStart, toldCrossed } from "./told.ts";

export interface SeatOptions {
  readonly primary: PrimaryOptions;
  readonly loads: AllLoads;
  readonly pages: PageMaker;
  readonly crew: () => Crew;
}

export function seatFor(options: SeatOptions, channel: () => WorkerChannel): Seat {
  const { primary, loads, pages, crew } = options;
  const { deps, hub, parts, faults } = primary;
  const tellLoads: TellLoads = (told) => channel().tell("loads", told);
  const desk = deskFor({
    parts,
    receipts: deps.receipts(),
    loads,
    tellLoads,
    relay: (memory) => {
      hub.memory.hear(memory);
      crew().tellOthers(channel(), "memory", memory);
    },
    tellCrossed: () => crew().tell("crossed", toldCrossed(primary)),
    taken: (seq) => channel().tell("taken", seq),
    page: (name) => pages.page(name),
    tellAborted: (call) => channel().tell("abortCall", call),
    wrote: (error) => faults.report("Receipts", "Receipts cannot be written", error),
    log: deps.log,
  });
  return { ...desk, begin: () => channel().ask("start", toldAtStart(primary, loads.add(tellLoads))) };
}
