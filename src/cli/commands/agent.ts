import { buildCommand } from "@stricli/core";
import { AccessError } from "../../core/errors.ts";
import { isObject } from "../../core/json.ts";
import type { Session } from "../command.ts";
import { JSON_FLAG, optionalText } from "../command.ts";
import { EXIT_FAILURE } from "../exit.ts";
import { wholeNumberFlag } from "../number-flag.ts";
import { withoutControls } from "../render/text.ts";

interface Flags {
  readonly message?: string;
  readonly session?: string;
  readonly agent?: string;
  readonly timeout?: number;
  readonly url?: string;
  readonly token?: string;
  readonly password?: string;
  readonly json: boolean;
}

const USUAL_TIMEOUT_S = 600;
/** The gateway ends the run in time; this is for one that does not answer at all. */
const GRACE_MS = 10_000;

export default buildCommand({
  docs: {
    brief: "Say one thing to an agent, and print its answer",
    fullDescription:
      "The running gateway asks the model. With --session the conversation goes on where it stopped; without, it is a new one.",
  },
  parameters: {
    flags: {
      message: optionalText("What is said", "text"),
      session: optionalText("The conversation: a name, or agent:<agent>:<name>", "key"),
      agent: optionalText("The agent; the default one when left out", "id"),
      timeout: wholeNumberFlag("--timeout", `Longest wait in seconds, ${USUAL_TIMEOUT_S} when left out`, "s"),
      url: optionalText("Another gateway than this machine's; takes --token or --password", "ws://…"),
      token: optionalText("The gateway's token; this machine's is known", "secret"),
      password: optionalText("The gateway's password; this machine's is known", "secret"),
      json: JSON_FLAG,
    },
    aliases: { m: "message" },
  },
  async func(this: Session, flags: Flags) {
    const { message, session, agent, timeout = USUAL_TIMEOUT_S } = flags;
    if (message === undefined || message.trim() === "")
      throw new AccessError("bad_input", 'Say something: openclaw agent --message "Hello".');
    const [{ callTarget }, { callGateway }] = await Promise.all([
      import("../../gateway/control-plane/call-target.ts"),
      import("../../gateway/control-plane/client.ts"),
    ]);
    const deps = await this.deps();
    const answer = await callGateway(await callTarget(deps, flags), {
      method: "agent",
      params: {
        message,
        idempotencyKey: crypto.randomUUID(),
        timeout,
        ...(session === undefined ? {} : { sessionKey: session }),
        ...(agent === undefined ? {} : { agentId: agent }),
      },
      timeoutMs: timeout * 1000 + GRACE_MS,
      expectFinal: true,
      version: deps.version,
    });
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
