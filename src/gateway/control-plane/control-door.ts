// The door of the control plane on the gateway's port: WebSocket upgrades. What lies behind it is loaded when the first
// client comes, so that a gateway that only serves model calls pays nothing for it.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Talk } from "../../access/login/talk.ts";
import type { CommandDeps } from "../../access/open-deps.ts";
import type { Receipt } from "../../core/receipt.ts";
import type { ControlPlane } from "./control-plane.ts";
import { checkHost } from "../guard/guard.ts";
import type { Current } from "../http.ts";
import type { Talks } from "../chat/talks.ts";
import type { SessionNews } from "../told-sessions.ts";
import type { ReloadReport } from "../settings/reload.ts";
import type { SecretsReport } from "../secrets/report.ts";

/** Sets up what is missing, question by question. @returns what `openclaw onboard --json` prints */
export type Setup = (deps: CommandDeps, talk: Talk, asked: SetupAsked) => Promise<unknown>;

/** Carries out a plan of `openclaw secrets apply`. @returns what it prints with `--json` */
export type ApplySecrets = (plan: unknown, options: ApplyOptions) => Promise<unknown>;

export interface ApplyOptions {
  /** Programs of `secrets.providers` are started. */
  readonly allowExec: boolean;
  /** Also where a reference holds another secret than stands there. */
  readonly replace: boolean;
}

export interface SetupAsked {
  readonly agent?: string | undefined;
  readonly workspace?: string | undefined;
  /** Ask about the gateway's address as well. */
  readonly advanced: boolean;
}

export interface ControlOptions {
  readonly current: Current;
  readonly version: string;
  /** Dependencies of the use cases, for what one method does. */
  readonly services: (method: string) => CommandDeps;
  readonly talks: () => Promise<Talks>;
  readonly reload: () => Promise<ReloadReport>;
  readonly reloadSecrets: () => Promise<SecretsReport>;
  /** what is known of the references in use */
  readonly secrets: () => SecretsReport;
  /** of the log file of today; `undefined` where nobody keeps one */
  readonly logPath: () => string | undefined;
  /** absent where nobody can be asked */
  readonly setup?: Setup;
  readonly applySecrets?: ApplySecrets;
}

export class ControlDoor {
  readonly #options: ControlOptions;
  #plane: ControlPlane | undefined;
  #loading: Promise<ControlPlane> | undefined;
  #closed = false;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** For the server's event of the same name. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away is no fault of ours.
    socket.on("error", () => undefined);
    const stranger = checkHost(request, this.#options.current.guard);
    if (stranger) return refuseUpgrade(socket, "403 Forbidden", stranger.message);
    if ((request.url ?? "/").split("?")[0] !== "/")
      return refuseUpgrade(socket, "404 Not Found", "The control plane is at /.");
    if (this.#plane) return this.#plane.upgrade(request, socket, head);
    void this.#load().then(
      (plane) => (this.#closed ? void socket.destroy() : plane.upgrade(request, socket, head)),
      (error: unknown) => {
        this.#options.current.gateway.log.error(error, "The control plane cannot be loaded");
        socket.destroy();
      },
    );
  }

  /** Something may have changed that clients are told of. */
  notice(): void {
    this.#plane?.notice();
  }

  /** Runs have ended. */
  ran(receipts: readonly Receipt[]): void {
    this.#plane?.ran(receipts);
  }

  /** A conversation has changed. */
  sessionChanged(news: SessionNews): void {
    this.#plane?.sessionChanged(news);
  }

  /** @param event one that clients may see */
  tell(event: string, payload: unknown): void {
    this.#plane?.tell(event, payload);
  }

  /** The settings were read again. */
  reloaded(report: ReloadReport): void {
    this.#plane?.reloaded(report);
  }

  /** Resolves once its clients have been told. */
  async stop(): Promise<void> {
    this.#closed = true;
    await this.#plane?.stop();
  }

  async #load(): Promise<ControlPlane> {
    const loaded = () => Promise.all([import("./control-plane.ts"), this.#options.talks()]);
    this.#loading ??= loaded().then(([{ ControlPlane: Plane }, talks]) => {
      this.#plane = new Plane(this.#options, talks);
      return this.#plane;
    });
    return await this.#loading;
  }
}

/** An upgrade to a WebSocket; other protocols that clients offer are passed over, as HTTP allows. */
export const wantsControl = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.trim().toLowerCase() === "websocket";

/** Says why there is no WebSocket, as HTTP says it. */
function refuseUpgrade(socket: Duplex, status: string, message: string): void {
  const body = JSON.stringify({ error: { message, type: "invalid_request_error" } });
  const head = [
    `HTTP/1.1 ${status}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ].join("\r\n");
  socket.end(`${head}\r\n\r\n${body}`);
}
