import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json.ts";
import { parseObject } from "../../../core/json.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText, positionalText, switchFlag } from "../../command.ts";
import { EXIT_FAILURE } from "../../exit.ts";
import { wholeNumberFlag } from "../../number-flag.ts";

interface Flags {
  readonly params?: string;
  readonly url?: string;
  readonly token?: string;
  readonly password?: string;
  readonly timeout?: number;
  readonly expectFinal: boolean;
  readonly json: boolean;
}

const USUAL_TIMEOUT_MS = 10_000;

export default buildCommand({
  docs: {
    brief: "Call a method of the running gateway's control plane",
    fullDescription:
      "Prints the answer as JSON. Exits 1 when the method refuses. The methods are in docs/control-plane.md; health, models.status, runs.list and config.get are some of them.",
  },
  parameters: {
    flags: {
      params: optionalText("The method's parameters, a JSON object; {} when left out", "json"),
      url: optionalText("Another gateway than this machine's; takes --token or --password", "ws://…"),
      token: optionalText("The gateway's token; this machine's is known", "secret"),
      password: optionalText("The gateway's password; this machine's is known", "secret"),
      timeout: wholeNumberFlag("--timeout", "Longest wait in all, 10000 when left out", "ms"),
      expectFinal: switchFlag("Wait for the last answer of a method that first says that it has begun"),
      json: { ...JSON_FLAG, brief: "Print refusals as JSON too" },
    },
    positional: { kind: "tuple", parameters: [positionalText("Method, such as health", "method")] },
  },
  async func(this: Session, flags: Flags, method: string) {
    const { json, timeout = USUAL_TIMEOUT_MS, expectFinal } = flags;
    const params = paramsOf(flags.params ?? "{}");
    const [{ callTarget }, { callGateway }] = await Promise.all([
      import("../../../gateway/control-plane/call-target.ts"),
      import("../../../gateway/control-plane/client.ts"),
    ]);
    const deps = await this.deps();
    const target = await callTarget(deps, flags);
    const { version } = deps;
    const answer = await callGateway(target, { method, params, timeoutMs: timeout, expectFinal, version });
    if (answer.ok) return this.io.json(answer.payload);
    const { error } = answer;
    this.io.say(`Error: ${String(error["message"])}`);
    if (json)
      this.io.json({ ok: false, error: { type: "gateway_request_error", retryable: false, ...error } });
    this.exit(EXIT_FAILURE);
  },
});

function paramsOf(text: string): JsonObject {
  const params = parseObject(text);
  if (params) return params;
  throw new AccessError("bad_input", `--params takes a JSON object such as '{"agentId":"main"}'.`);
}
