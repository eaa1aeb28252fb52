import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG } from "../../command.ts";
import { wholeNumberFlag } from "../../number-flag.ts";

const USUAL_TIMEOUT_MS = 10_000;

export default buildCommand({
  docs: {
    brief: "Have the running gateway read its settings again, and say what changed",
    fullDescription:
      "The gateway notices edits by itself unless gateway.reload.mode is off. Settings that cannot be used are refused: it goes on with the former ones, and this exits 1.",
  },
  parameters: {
    flags: {
      json: JSON_FLAG,
      timeout: wholeNumberFlag("--timeout", "Longest wait for its answer, 10000 when left out", "ms"),
    },
  },
  async func(this: Session, flags: { readonly json: boolean; readonly timeout?: number }) {
    const { json, timeout = USUAL_TIMEOUT_MS } = flags;
    const { reloadGateway } = await import("../../../gateway/lifecycle/control.ts");
    const report = await reloadGateway((await this.deps()).paths(), timeout);
    if (json) return this.io.json(report);
    const { changed, restart } = report;
    this.io.out(changed.length === 0 ? "Nothing changed." : `In use now: ${changed.join(", ")}`);
    if (restart.length > 0) this.io.out(`Used from the next start on: ${restart.join(", ")}`);
  },
});
