// The conversations of a running gateway, for all doors: WebSocket, and HTTP.
import type { CommandDeps } from "../../access/open-deps.ts";
import type { SessionStore } from "../../store/sessions.ts";
import type { Current } from "../http.ts";
import { Chats } from "./chats.ts";
import type { Tell } from "./turn-events.ts";

export interface TalkOptions {
  readonly current: Current;
  readonly sessions: SessionStore;
  /** Dependencies of the use cases, for what one command does. */
  readonly services: (name: string) => CommandDeps;
  readonly tell: Tell;
  readonly version: string;
}

export class Talks {
  readonly chats: Chats;
  readonly sessions: SessionStore;
  readonly services: (name: string) => CommandDeps;
  readonly version: string;

  constructor({ current, sessions, services, tell, version }: TalkOptions) {
    this.sessions = sessions;
    this.services = services;
    this.version = version;
    const gateway = () => current.gateway;
    const parts = {
      get gateway() {
        return gateway();
      },
      sessions,
      tell,
    };
    this.chats = new Chats(parts, current.gateway.runs);
  }
}
