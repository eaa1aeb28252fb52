// The conversations of a running gateway, for all doors: WebSocket, and HTTP.
import { randomUUID } from "node:crypto";
import type { CommandDeps } from "../../access/open-deps.ts";
import type { SessionName } from "../../core/session.ts";
import { newSession, textOf } from "../../core/session.ts";
import type { SessionStore } from "../../store/sessions.ts";
import type { Current } from "../http.ts";
import { answerCommand } from "./command-answer.ts";
import { CallInLine } from "./call-in-line.ts";
import { Chats } from "./chats.ts";
import { commandIn } from "./commands.ts";
import type { Conversations, Seat, SessionCall } from "./conversations.ts";
import { Foresight } from "./foresight.ts";
import { Lines } from "./lines.ts";
import { defaultsOf } from "./session-models.ts";
import type { Tell } from "./turn-events.ts";

export interface TalkOptions {
  readonly current: Current;
  readonly sessions: SessionStore;
  /** Dependencies of the use cases, for what one command does. */
  readonly services: (name: string) => CommandDeps;
  readonly tell: Tell;
  readonly version: string;
}

export class Talks implements Conversations {
  readonly chats: Chats;
  readonly sessions: SessionStore;
  readonly services: (name: string) => CommandDeps;
  readonly version: string;
  readonly #current: Current;
  readonly #lines = new Lines();

  constructor({ current, sessions, services, tell, version }: TalkOptions) {
    this.sessions = sessions;
    this.services = services;
    this.version = version;
    this.#current = current;
    const gateway = () => current.gateway;
    const parts = {
      get gateway() {
        return gateway();
      },
      sessions,
      tell,
    };
    this.chats = new Chats(parts, current.gateway.runs, this.#lines);
  }

  async answer(name: SessionName, text: string): Promise<string | undefined> {
    const found = commandIn(text);
    if (!found) return undefined;
    const { gateway } = this.#current;
    const { chats, sessions, version } = this;
    const { agent, key } = name;
    const live = gateway.agents.get(agent) ?? (await gateway.agents.load(agent));
    const session = (await sessions.find(agent, key)) ?? newSession(key, randomUUID(), gateway.now());
    const deps = this.services(`/${found.command.name}`);
    const defaults = defaultsOf(gateway, agent);
    const context = { ...name, gateway, deps, sessions, chats, live, defaults, session, version };
    return textOf(await answerCommand(found, text, context));
  }

  /** @throws AccessError `bad_input` when too many wait */
  enter(name: SessionName, call: SessionCall): Seat {
    const { gateway } = this.#current;
    const foresight = new Foresight(name, this.sessions, gateway);
    const one = new CallInLine(name, call, foresight, gateway.now());
    const place = (one.place = this.#lines.join(name.key, one));
    const { runs } = gateway;
    const waits = place.ahead() !== undefined;
    if (waits) runs.add(one);
    // From its turn on it is known by what it calls.
    const turn = waits ? place.turn.then(() => runs.delete(one)) : place.turn;
    return { turn, leave: () => place.leave() };
  }
}
