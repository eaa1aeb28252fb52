// Who is connected, as clients show it.
import { hostname } from "node:os";
import type { Connection } from "./connection.ts";
import type { Presence } from "./method.ts";

export function selfPresence(version: string, startedAt: number): Presence {
  const host = hostname();
  return {
    host,
    version,
    mode: "gateway",
    reason: "self",
    text: `Gateway: ${host} · ${version}`,
    ts: startedAt,
  };
}

/** Each client is shown to all the others. */
const MOST_SHOWN = 100;
const MOST_SCOPES = 20;

export function presenceOf({ peer, openedAt }: Connection): Presence {
  const { client, scopes, connId } = peer!;
  const shown = (client.displayName ?? client.id).slice(0, MOST_SHOWN);
  return {
    host: shown,
    version: client.version.slice(0, MOST_SHOWN),
    platform: client.platform.slice(0, MOST_SHOWN),
    mode: client.mode,
    instanceId: client.instanceId?.slice(0, MOST_SHOWN) ?? connId,
    roles: ["operator"],
    scopes: scopes.filter((scope) => scope.length <= MOST_SHOWN).slice(0, MOST_SCOPES),
    reason: "connect",
    text: `${shown} · mode ${client.mode}`,
    ts: openedAt,
  };
}

const MOST_PAUSE_MS = 10_000;

/** All are told of all: what that costs grows with the square of the clients, and so does the pause between. */
const pauseMs = (clients: number): number => Math.min(MOST_PAUSE_MS, 20 + clients ** 2 / 200);

/** Somebody came or went: who is connected is told soon, and once for many. */
export class PresenceNews {
  /** rises with each change */
  version = 1;
  readonly #clients: ReadonlySet<Connection>;
  readonly #tell: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(clients: ReadonlySet<Connection>, tell: () => void) {
    this.#clients = clients;
    this.#tell = tell;
  }

  changed(): void {
    this.version++;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, pauseMs(this.#clients.size)).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
