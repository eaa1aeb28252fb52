// What the primary does for one worker: answers what it asks, takes what it tells.
import type { GatewayParts } from "../lifecycle/build.ts";
import type { AllLoads, TellLoads } from "./all-loads.ts";
import type { Seat } from "./crew.ts";
import { CrossingDesk } from "./crossing-desk.ts";
import { KeyDesk } from "./key-desk.ts";
import type { Page } from "../reply.ts";
import { SessionDesk } from "./session-desk.ts";
import type { AbortedCall, Memory, PageName } from "./protocol.ts";
import type { ReceiptStore } from "../../core/receipt.ts";
import type { Log } from "../gateway.ts";

export interface DeskOptions {
  readonly parts: GatewayParts;
  readonly receipts: ReceiptStore;
  readonly loads: AllLoads;
  /** where this worker is told what the others do */
  readonly tellLoads: TellLoads;
  /** tells all other processes */
  readonly relay: (memory: Memory) => void;
  /** tells all workers what crossings have cost */
  readonly tellCrossed: () => void;
  readonly taken: (seq: number) => void;
  readonly page: (name: PageName) => Promise<Page>;
  readonly wrote: (error: unknown) => void;
  /** Tells this worker that a call of a conversation is ended. */
  readonly tellAborted: (call: AbortedCall) => void;
  readonly log: Log;
}

export function deskFor(options: DeskOptions): Pick<Seat, "hearers" | "leave"> {
  const { parts, loads, tellLoads, relay, taken, page, log } = options;
  const { agents, logins, keys } = parts;
  const desk = new KeyDesk(keys);
  const crossings = new CrossingDesk(parts.crossings);
  const sessions = new SessionDesk({
    talks: parts.talks!,
    tellAborted: options.tellAborted,
    ran: (sessionKey, reason) => parts.runs.watcher?.ran?.(sessionKey, reason),
    endBehind: () => parts.runs.abortLost(),
  });
  return {
    hearers: {
      asks: {
        ...sessions.asks,
        read: async (agent) => {
          await agents.load(agent);
          return agents.reading(agent)!;
        },
        refresh: (profile) => logins.refreshed(profile),
        admit: (call) => desk.admit(call),
        reserve: (call) => desk.reserve(call),
        test: (test) => loads.grants(tellLoads, test),
        append: (receipts) =>
          options.receipts.append(receipts).then(
            () => options.wrote(undefined),
            (error: unknown) => options.wrote(error),
          ),
        page,
      },
      tells: {
        leaveSeat: (runId) => sessions.leaveSeat(runId),
        revoked: (call) => sessions.revoked(call),
        runsBegan: (begun) => parts.runs.watcher?.beganThere?.(begun),
        observed: ({ agent, profile, event, seq }) => {
          taken(seq);
          agents.observe(agent, profile, event);
        },
        loads: (told) => loads.set(tellLoads, told),
        joins: (test) => loads.joins(tellLoads, test),
        testEnds: (test) => loads.testEnds(tellLoads, test),
        began: (call) => void desk.admit(call),
        reserved: (call) => void desk.reserve(call),
        used: (call) => desk.used(call),
        memory: relay,
        crossing: (step) => {
          crossings.take(step);
          options.tellCrossed();
        },
        log: ({ level, message, error }) => {
          if (level === "error") log.error(error, message);
          else log[level]?.(message);
        },
      },
    },
    leave: () => {
      loads.remove(tellLoads);
      desk.leave();
      crossings.leave();
      sessions.leave();
      options.tellCrossed();
    },
  };
}
