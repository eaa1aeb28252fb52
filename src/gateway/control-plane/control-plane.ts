// The control plane of a running gateway: its connections, the methods they call, the events they are told.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Receipt } from "../../core/receipt.ts";
import type { ControlOptions } from "./control-door.ts";
import type { Talks } from "../chat/talks.ts";
import { Changes } from "./changes.ts";
import { Connection } from "./connection.ts";
import { Dialogs } from "./dialogs.ts";
import { EventLoop } from "../metrics/event-loop.ts";
import type { Admission } from "./handshake.ts";
import { hello } from "./hello.ts";
import { lastWords } from "./last-words.ts";
import type { PlaneFacts, Presence } from "./method.ts";
import { holds } from "./method.ts";
import { gatewayHealth } from "./methods/health.ts";
import { planeFacts } from "./plane-facts.ts";
import { PresenceNews, presenceOf, selfPresence } from "./presence.ts";
import { runsEnded } from "./run-summary.ts";
import { CLOSE, POLICY } from "./protocol.ts";
import { RunNews } from "./run-news.ts";
import { serve } from "./serve.ts";
import { States } from "./states.ts";
import type { ReloadReport } from "../settings/reload.ts";
import { Told } from "./told.ts";
import { relieve } from "./unread.ts";
import type { SessionNews as StoredNews } from "../told-sessions.ts";

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
  readonly #dialogs = new Dialogs();
  readonly #changes: Changes;
  readonly #states: States;
  readonly #talks: Talks;
  readonly #facts: PlaneFacts;
  readonly #presenceNews = new PresenceNews(this.#clients, () =>
    this.tell("presence", { presence: this.#presence() }),
  );
  #ticks: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  readonly #runNews: RunNews;
  #healthVersion = 1;

  constructor(options: ControlOptions, talks: Talks) {
    this.#options = options;
    this.#changes = new Changes(options.current);
    this.#states = new States(options.current, options.secrets);
    this.#talks = talks;
    const tell = (event: string, payload: unknown) => this.tell(event, payload);
    this.#facts = planeFacts(options, talks, {
      dialogs: this.#dialogs,
      tell,
      presence: () => this.#presence(),
      eventLoop: () => this.#loop.read(),
    });
    this.#runNews = new RunNews(tell, this.#facts.news);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      const { current } = this.#options;
      const connection = new Connection(opened, request, {
        door: () => ({ guard: current.guard, memory: current.gateway }),
        welcome: (client, admission) => this.#welcome(client, admission),
        serve: (client, frame, seat) => serve(this.#options, this.#facts, client, frame, seat),
        failed: (error) => current.gateway.log.error(error, "A handshake of the control plane failed"),
        now: () => current.gateway.now(),
        behind: () => relieve(this.#clients),
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
      for (const { event, payload } of [...news, ...this.#states.look()]) this.tell(event, payload);
      if (news.length === 0) return;
      this.#healthVersion++;
      this.tell("health", gatewayHealth(this.#options.current.gateway, this.#facts));
    }, LOOK_AFTER_MS).unref();
  }

  /** Runs have ended. */
  ran(receipts: readonly Receipt[]): void {
    if (this.#clients.size > 0) this.tell("runs.ended", runsEnded(receipts));
  }

  /** A conversation was written. */
  sessionChanged(news: StoredNews): void {
    this.#facts.news.changed(news);
  }

  /** The settings were read again. */
  reloaded(report: ReloadReport): void {
    this.tell("gateway.reloaded", report);
    this.#checkSecrets();
    const agents = new Set(this.#options.current.gateway.config().agents.map(({ id }) => id));
    this.#talks.chats.abortGone((agent) => !agents.has(agent));
  }

  /** Who was let in by a secret that is no longer the gateway's has to show the new one. */
  #checkSecrets(): void {
    const { guard } = this.#options.current;
    for (const client of this.#clients)
      if (!client.isGoodFor(guard)) client.close(CLOSE.policy, "the gateway's secret has changed");
  }

  /** @param event one of `EVENTS` */
  tell(event: string, payload: unknown): void {
    const told = new Told(event, payload);
    for (const client of this.#clients)
      if (holds(client.peer?.scopes ?? [], "operator.read") || UNSCOPED.has(event)) client.tell(told);
  }

  /** Whoever waits for an answer hears that there will be none, then the sockets close. */
  async stop(): Promise<void> {
    clearInterval(this.#ticks);
    clearTimeout(this.#look);
    this.#presenceNews.stop();
    this.#loop.stop();
    const ends = [this.#talks.chats.stop(), this.#dialogs.stop()];
    await lastWords(ends, () => this.#clients.size > 0);
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
    this.#presenceNews.changed();
    const { gateway } = this.#options.current;
    const deps = this.#options.services("connect");
    return hello({
      connection,
      admission,
      gateway,
      deps,
      plane: this.#facts,
      stateVersion: { presence: this.#presenceNews.version, health: this.#healthVersion },
    });
  }

  #leave(connection: Connection): void {
    this.#strangers.delete(connection);
    if (!this.#clients.delete(connection)) return;
    this.#presenceNews.changed();
    if (this.#clients.size > 0) return;
    clearInterval(this.#ticks);
    this.#loop.stop();
    this.#options.current.gateway.runs.watcher = undefined;
    this.#runNews.stop();
  }

  /** Nobody to tell costs nothing. */
  #wake(): void {
    this.#changes.look();
    this.#states.look();
    this.#loop.start();
    this.#options.current.gateway.runs.watcher = this.#runNews;
    this.#ticks = setInterval(() => {
      this.#checkSecrets();
      this.notice();
      this.tell("tick", { ts: this.#options.current.gateway.now() });
    }, POLICY.tickIntervalMs).unref();
  }

  #presence(): Presence[] {
    const { version, current } = this.#options;
    return [selfPresence(version, current.gateway.startedAt), ...[...this.#clients].map(presenceOf)];
  }
}

/** Nothing in them is anybody's secret. */
const UNSCOPED: ReadonlySet<string> = new Set(["tick", "shutdown"]);
