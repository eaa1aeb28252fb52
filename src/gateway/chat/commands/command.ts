// The shape of a chat command: `/name words`, answered by the gateway itself. One file each, listed in commands.ts.
import type { CommandDeps } from "../../../access/open-deps.ts";
import type { LiveAgent } from "../../../access/live-agent.ts";
import type { ModelRef } from "../../../core/model-ref.ts";
import type { Session, SessionName } from "../../../core/session.ts";
import type { SessionStore } from "../../../store/sessions.ts";
import type { Gateway } from "../../gateway.ts";
import type { Chats } from "../chats.ts";

export interface CommandContext extends SessionName {
  readonly gateway: Gateway;
  readonly deps: CommandDeps;
  readonly sessions: SessionStore;
  readonly chats: Chats;
  readonly live: LiveAgent;
  /** the agent's model of now, then its fallbacks */
  readonly defaults: readonly ModelRef[];
  /** as stored, or a new one */
  readonly session: Session;
  readonly version: string;
}

export interface ChatCommand {
  /** without the slash, lower-case */
  readonly name: string;
  /** what may stand behind it */
  readonly usage?: string;
  readonly summary: string;
  /** Its answer is of no interest later. */
  readonly passing?: true;
  /** Answers in words. @throws AccessError, whose message is the answer */
  run(words: string, context: CommandContext): Promise<string>;
}
