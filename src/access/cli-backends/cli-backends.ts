// The programs that run model turns, of one gateway: each call gets something that stands where a provider's server
// does for others, so that all that judges, settles and passes on answers is the same for both.
import { resolve } from "node:path";
import type { Dispatcher } from "undici";
import type { Config } from "../../config/config.ts";
import { untilde } from "../../config/paths.ts";
import type { AuthProfile } from "../../core/credential.ts";
import { parseObject } from "../../core/json.ts";
import type { AgentId } from "../../core/ids.ts";
import type { ProgramChanges } from "../../core/session.ts";
import type { CliBackend } from "../../providers/cli-backends.ts";
import type { Environment } from "../../secrets/env.ts";
import type { CliTurn } from "../../wire/translate/cli-backend/translator.ts";
import { agentWorkspace } from "../agent-folders.ts";
import type { Deps } from "../deps.ts";
import type { CliOrder } from "./cli-order.ts";
import { CliRun } from "./cli-run.ts";
import { Lanes } from "./lanes.ts";
import type { Talk } from "./sessions.ts";
import { CliSessions } from "./sessions.ts";
import { Warden } from "./warden.ts";

/** Longest time in line. */
const WAIT_MS = 120_000;

export interface CliCall {
  readonly backend: CliBackend;
  readonly agent: AgentId;
  readonly profile: AuthProfile;
  /** a conversation that the program may go on with */
  readonly talk?: Talk | undefined;
  readonly env: Environment;
  readonly config: Config;
}

export type Sender = Pick<Dispatcher, "dispatch">;

export class CliBackends {
  readonly #paths: Deps["paths"];
  /** as the settings had it last: each is a process of some hundred megabytes */
  #most = 0;
  readonly #rooms = {
    lanes: new Lanes(() => this.#most),
    sessions: new CliSessions(),
    warden: new Warden(),
    runs: new Set<CliRun>(),
  };

  constructor({ paths }: Pick<Deps, "paths">) {
    this.#paths = paths;
  }

  /** What `exchange` sends the body to; the body is a `CliTurn`. */
  sender(call: CliCall): Sender {
    this.#most = call.config.turns.maxConcurrent;
    return {
      dispatch: ({ body }, handler) => {
        const turn = parseObject(String(body)) as unknown as CliTurn;
        start(this.#orderOf(call, turn), this.#rooms, handler);
        return true;
      },
    };
  }

  /** What became of programs' sessions in a conversation, to be kept with it; nothing when none has run for it here. */
  takeChanges(talk: string): ProgramChanges | undefined {
    return this.#rooms.sessions.takeChanges(talk);
  }

  /** Ends every program; resolves when they are gone. */
  async close(): Promise<void> {
    const runs = [...this.#rooms.runs];
    for (const run of runs) run.stop();
    await Promise.all(runs.map(({ gone }) => gone));
    this.#rooms.warden.close();
  }

  #orderOf({ backend, agent, profile, talk, env, config }: CliCall, turn: CliTurn): CliOrder {
    const paths = this.#paths();
    const { command } = backend.settings;
    const isPath = /[/\\]/.test(command);
    return {
      backend,
      command: isPath ? resolve(untilde(command, paths.home)) : command,
      turn,
      talk,
      login: `${profile.id} ${profile.generation}`,
      workspace: agentWorkspace(paths, config, agent),
      env,
      timeoutMs: config.turns.timeoutMs,
      waitMs: WAIT_MS,
    };
  }
}

function start(
  order: CliOrder,
  rooms: ConstructorParameters<typeof CliRun>[1],
  handler: Dispatcher.DispatchHandler,
): void {
  const send = (frame: unknown) =>
    handler.onResponseData?.(controller, Buffer.from(`data: ${JSON.stringify(frame)}\n\n`));
  const run: CliRun = new CliRun(order, rooms, {
    event: send,
    fault: (error) => {
      send({ kind: "error", error });
      handler.onResponseEnd?.(controller, {});
    },
    end: () => handler.onResponseEnd?.(controller, {}),
  });
  const controller = new Controller(run);
  handler.onRequestStart?.(controller, {});
  if (controller.aborted) return;
  handler.onResponseStart?.(controller, 200, { "content-type": "text/event-stream" }, "OK");
}

/** What undici gives for a connection. */
class Controller implements Dispatcher.DispatchController {
  readonly #run: CliRun;
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders = null;
  rawTrailers = null;

  constructor(run: CliRun) {
    this.#run = run;
  }
  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
    this.#run.stop();
  }
  pause(): void {
    this.paused = true;
    this.#run.pause();
  }
  resume(): void {
    this.paused = false;
    this.#run.resume();
  }
}
