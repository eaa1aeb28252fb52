// The control plane of a running gateway: its connections, the methods they call, the events they are told.
import { hostname } from "node:os";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import * as v from "valibot";
import { WebSocketServer } from "ws";
import type { ControlOptions } from "../control-door.ts";
import { Connection } from "./connection.ts";
import { EventLoop } from "./event-loop.ts";
import type { Admission } from "./handshake.ts";
import { hello } from "./hello.ts";
import type { Method, PlaneFacts, Presence } from "./method.ts";
import { holds } from "./method.ts";
import { METHODS } from "./methods.ts";
import { gatewayHealth } from "./methods/health.ts";
import type { RequestFrame } from "./protocol.ts";
import { CLOSE, faultsOf, invalid, POLICY } from "./protocol.ts";
import { Refused, shapeOf } from "./refused.ts";
import { Changes } from "./changes.ts";

/** Sockets that have not proven anything: the oldest makes room for the newest. */
const MOST_STRANGERS = 512;
const MOST_CLIENTS = 1000;
/** News come in bursts. */
const LOOK_AFTER_MS = 100;

export class ControlPlane {
  readonly #options: ControlOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: POLICY.maxPayload,
    clientTracking: false,
  });
  readonly #strangers = new Set<Connection>();
  readonly #clients = new Set<Connection>();
  readonly #loop = new EventLoop();
  readonly #changes: Changes;
  readonly #facts: PlaneFacts;
  #ticks: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #presenceVersion = 1;
  #healthVersion = 1;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#changes = new Changes(options.current);
    const { version, reload, reloadSecrets, current } = options;
    this.#facts = {
      version,
      reload,
      reloadSecrets,
      presence: () => this.#presence(),
      eventLoop: () => this.#loop.read(),
      get authMode() {
        return current.guard.mode;
      },
    };
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      const { current } = this.#options;
      const connection = new Connection(opened, request, {
        door: () => ({ guard: current.guard, memory: current.gateway }),
        welcome: (client, admission) => this.#welcome(client, admission),
        serve: (client, frame) => this.#serve(client, frame),
        now: () => current.gateway.now(),
      });
      opened.on("close", () => this.#leave(connection));
      this.#strangers.add(connection);
      if (this.#strangers.size <= MOST_STRANGERS) return;
      const [oldest] = this.#strangers;
      this.#strangers.delete(oldest!);
      oldest!.close(CLOSE.tryLater, "too many connections without a handshake");
    });
  }

  /** Something that a client may show has changed: it is looked for, soon. */
  notice(): void {
    if (this.#clients.size === 0) return;
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      const news = this.#changes.look();
      for (const { event, payload } of news) this.tell(event, payload);
      if (news.length === 0) return;
      this.#healthVersion++;
      this.tell("health", gatewayHealth(this.#options.current.gateway, this.#facts));
    }, LOOK_AFTER_MS).unref();
  }

  /** Who was let in by a secret that is no longer the gateway's has to show the new one. */
  checkSecrets(): void {
    const { guard } = this.#options.current;
    for (const client of this.#clients)
      if (!client.isGoodFor(guard)) client.close(CLOSE.policy, "the gateway's secret has changed");
  }

  /** @param event one of `EVENTS` */
  tell(event: string, payload: unknown): void {
    for (const client of this.#clients)
      if (holds(client.peer?.scopes ?? [], "operator.read") || UNSCOPED.has(event))
        client.event(event, payload);
  }

  stop(): void {
    clearInterval(this.#ticks);
    clearTimeout(this.#look);
    this.#loop.stop();
    const everyone = [...this.#clients, ...this.#strangers];
    for (const one of this.#clients)
      one.event("shutdown", { reason: "gateway stopping", restartExpectedMs: null });
    for (const one of everyone) one.close(CLOSE.restart, "service restart");
  }

  #welcome(connection: Connection, admission: Admission): unknown {
    this.#strangers.delete(connection);
    if (this.#clients.size === 0) this.#wake();
    this.#clients.add(connection);
    if (this.#clients.size > MOST_CLIENTS) {
      const [oldest] = this.#clients;
      this.#clients.delete(oldest!);
      oldest!.close(CLOSE.tryLater, "too many clients");
    }
    this.#presenceVersion++;
    const { gateway } = this.#options.current;
    const deps = this.#options.services("connect");
    setImmediate(() => this.tell("presence", { presence: this.#presence() }));
    return hello({
      connection,
      admission,
      gateway,
      deps,
      plane: this.#facts,
      stateVersion: { presence: this.#presenceVersion, health: this.#healthVersion },
    });
  }

  #leave(connection: Connection): void {
    this.#strangers.delete(connection);
    if (!this.#clients.delete(connection)) return;
    this.#presenceVersion++;
    this.tell("presence", { presence: this.#presence() });
    if (this.#clients.size > 0) return;
    clearInterval(this.#ticks);
    this.#loop.stop();
  }

  /** Nobody to tell costs nothing. */
  #wake(): void {
    this.#changes.look();
    this.#loop.start();
    this.#ticks = setInterval(() => {
      this.checkSecrets();
      this.notice();
      this.tell("tick", { ts: this.#options.current.gateway.now() });
    }, POLICY.tickIntervalMs).unref();
  }

  async #serve(connection: Connection, frame: RequestFrame): Promise<void> {
    const { id, method: name } = frame;
    try {
      connection.answer(id, (await this.#call(connection, frame)) ?? null);
    } catch (error) {
      const shape = shapeOf(error);
      if (shape) return connection.refuse(id, shape);
      this.#options.current.gateway.log.error(error, `The control method ${name} failed`);
      const message = `${name} failed in a way that was not expected. The gateway's log has the details.`;
      connection.refuse(id, { code: "UNAVAILABLE", message });
    }
  }

  async #call(connection: Connection, { id, method: name, params = {} }: RequestFrame): Promise<unknown> {
    if (name === "connect") throw new Refused(invalid("connect is only valid as the first request"));
    const { peer } = connection;
    const method = METHODS.get(name);
    if (!method || !peer) throw new Refused(invalid(`unknown method: ${name}`));
    if (!holds(peer.scopes, method.scope)) throw new Refused(invalid(`missing scope: ${method.scope}`));
    const given = parsedParams(name, method, params);
    const { gateway } = this.#options.current;
    if (method.scope === "operator.admin") gateway.log.info(`${name} was called by ${peer.client.id}`);
    const deps = this.#options.services(name);
    const early = (payload: unknown) => connection.answer(id, payload);
    return await method.handle({ gateway, deps, peer, plane: this.#facts, early }, given as never);
  }

  #presence(): Presence[] {
    const { version } = this.#options;
    const { gateway } = this.#options.current;
    const host = hostname();
    const text = `Gateway: ${host} · ${version}`;
    const self = { host, version, mode: "gateway", reason: "self" as const, text, ts: gateway.startedAt };
    return [self, ...[...this.#clients].map(presenceOf)];
  }
}

/** @throws Refused, with each fault and its place */
function parsedParams(name: string, method: Method, params: unknown): unknown {
  // An array passes for an object elsewhere.
  const parsed = Array.isArray(params) ? undefined : v.safeParse(method.params, params);
  if (parsed?.success) return parsed.output;
  const faults = parsed ? faultsOf(parsed.issues) : "must be object";
  throw new Refused(invalid(`invalid ${name} params: ${faults}`));
}

/** Nothing in them is anybody's secret. */
const UNSCOPED: ReadonlySet<string> = new Set(["tick", "shutdown"]);

function presenceOf({ peer, openedAt }: Connection): Presence {
  const { client, scopes, connId } = peer!;
  return {
    host: client.displayName ?? client.id,
    version: client.version,
    platform: client.platform,
    mode: client.mode,
    instanceId: client.instanceId ?? connId,
    roles: ["operator"],
    scopes,
    reason: "connect",
    text: `${client.displayName ?? client.id} · mode ${client.mode}`,
    ts: openedAt,
  };
}
