import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG } from "../../command.ts";
import { wholeNumberFlag } from "../../number-flag.ts";

/** Longer than running calls may take after they are asked to end. */
const USUAL_TIMEOUT_MS = 45_000;

export default buildCommand({
  docs: { brief: "Stop the gateway; running calls may end first" },
  parameters: {
    flags: {
      json: JSON_FLAG,
      timeout: wholeNumberFlag("--timeout", "Longest wait for its end, 45000 when left out", "ms"),
    },
  },
  async func(this: Session, flags: { readonly json: boolean; readonly timeout?: number }) {
    const { json, timeout = USUAL_TIMEOUT_MS } = flags;
    const { stopGateway } = await import("../../../gateway/lifecycle/control.ts");
    const pid = await stopGateway((await this.deps()).paths(), timeout);
    if (json) return this.io.json({ stopped: pid !== undefined, ...(pid === undefined ? {} : { pid }) });
    this.io.out(pid === undefined ? "No gateway runs here." : `Stopped the gateway (pid ${pid}).`);
  },
});
