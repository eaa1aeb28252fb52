import { buildCommand } from "@stricli/core";
import { AccessError } from "../../core/errors.ts";
import { isObject } from "../../core/json.ts";
import type { AgentElsewhere } from "../agent-elsewhere.ts";
import { AGENT_ELSEWHERE, refuseElsewhere } from "../agent-elsewhere.ts";
import type { Session } from "../command.ts";
import { JSON_FLAG, optionalText } from "../command.ts";
import { EXIT_FAILURE } from "../exit.ts";
import { wholeNumberFlag } from "../number-flag.ts";
import { withoutControls } from "../render/text.ts";

interface Flags extends AgentElsewhere {
  readonly message?: string;
  readonly messageFile?: string;
  readonly session?: string;
  readonly sessionKey?: string;
  readonly sessionId?: string;
  readonly model?: string;
  readonly thinking?: string;
  readonly agent?: string;
  readonly timeout?: number;
  readonly url?: string;
  readonly token?: string;
  readonly password?: string;
  readonly json: boolean;
}

const USUAL_TIMEOUT_S = 600;

export default buildCommand({
  docs: {
    brief: "Say one thing to an agent, and print its answer",
    fullDescription:
      "The running gateway asks the model. With --session the conversation goes on where it stopped, with --agent the agent's main one. Without, nothing is kept but the receipt.",
  },
  parameters: {
    flags: {
      message: optionalText("What is said", "text"),
      messageFile: optionalText("A file with what is said, in UTF-8", "path"),
      session: optionalText("The conversation: a name, or agent:<agent>:<name>", "key"),
      sessionKey: optionalText("The same as --session", "key"),
      sessionId: optionalText("The conversation, by the id that /status tells", "id"),
      agent: optionalText("The agent, in its main conversation unless another is named", "id"),
      model: optionalText("The model of this answer alone; no other answers in its place", "ref"),
      thinking: optionalText("How hard the model thinks: off, minimal, low, medium, high …", "level"),
      timeout: wholeNumberFlag(
        "--timeout",
        `Longest wait in seconds, ${USUAL_TIMEOUT_S} when left out; 0 for none`,
        "s",
        0,
      ),
      url: optionalText("Another gateway than this machine's; takes --token or --password", "ws://…"),
      token: optionalText("The gateway's token; this machine's is known", "secret"),
      password: optionalText("The gateway's password; this machine's is known", "secret"),
      json: JSON_FLAG,
      ...AGENT_ELSEWHERE,
    },
    aliases: { m: "message", t: "to" },
  },
  async func(this: Session, flags: Flags) {
    const { agent, model, thinking, sessionId, timeout = USUAL_TIMEOUT_S } = flags;
    refuseElsewhere(flags);
    const session = sessionOf(flags);
    const message = await messageOf(flags);
    const [{ callTarget }, { callAgent }] = await Promise.all([
      import("../../gateway/control-plane/call-target.ts"),
      import("../agent-call.ts"),
    ]);
    const deps = await this.deps();
    const params = {
      message,
      timeout,
      ...given({ sessionKey: session, sessionId, agentId: agent, model, thinking }),
    };
    const limits = { timeoutMs: timeout * 1000, version: deps.version };
    const answer = await callAgent(await callTarget(deps, flags), params, limits);
    if (!answer.ok) {
      if (flags.json) this.io.json({ ok: false, error: answer.error });
      this.io.say(`Error: ${String(answer.error["message"])}`);
      return this.exit(EXIT_FAILURE);
    }
    const stopped = stopReasonIn(answer.payload);
    if (flags.json) this.io.json(answer.payload);
    else this.io.out(withoutControls(textIn(answer.payload)));
    if (stopped === undefined) return;
    this.io.say(`The answer was stopped before its end (${stopped}).`);
    return this.exit(EXIT_FAILURE);
  },
});

/** @throws AccessError `bad_input` */
function sessionOf({ session, sessionKey }: Flags): string | undefined {
  if (session !== undefined && sessionKey !== undefined && session !== sessionKey)
    throw new AccessError("bad_input", "Use --session or --session-key, not both: they mean the same.");
  const key = sessionKey ?? session;
  if (key?.trim() === "")
    throw new AccessError("bad_input", "--session names no conversation: give a name, or leave it out.");
  return key;
}

/** @throws AccessError `bad_input` */
async function messageOf({ message, messageFile }: Flags): Promise<string> {
  if (message !== undefined && messageFile !== undefined)
    throw new AccessError("bad_input", "Use --message or --message-file, not both.");
  const text =
    messageFile === undefined ? message : (await import("../text-file.ts")).textOfFile(messageFile);
  if (text !== undefined && text.trim() !== "") return text;
  throw new AccessError("bad_input", 'Say something: openclaw agent --message "Hello".');
}

const given = (params: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

function textIn(payload: unknown): string {
  const result = isObject(payload) && isObject(payload["result"]) ? payload["result"] : {};
  const payloads = Array.isArray(result["payloads"]) ? result["payloads"] : [];
  return payloads.map((each) => (isObject(each) ? String(each["text"] ?? "") : "")).join("\n");
}

/** of an answer that is not whole */
function stopReasonIn(payload: unknown): string | undefined {
  if (!isObject(payload) || payload["summary"] !== "aborted") return undefined;
  const { meta } = isObject(payload["result"]) ? payload["result"] : {};
  return isObject(meta) ? String(meta["stopReason"]) : "stop";
}
