// `logs.tail`: the newest lines of the gateway's log file, and what came since (OpenClaw docs, "Gateway protocol").
import * as v from "valibot";
import { method } from "../method.ts";
import { wholeNumber } from "../params.ts";

const MOST_LINES = 5000;
const MOST_BYTES = 1_000_000;

export const logMethods = {
  /** `cursor` of the last answer gives what was added since; without it the file's end. */
  "logs.tail": method(
    "operator.read",
    v.strictObject({
      cursor: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
      limit: v.optional(wholeNumber(1, MOST_LINES), 500),
      maxBytes: v.optional(wholeNumber(1, MOST_BYTES), 250_000),
    }),
    async ({ plane }, asked) => {
      const { tailFile } = await import("../../logs/tail-file.ts");
      return await tailFile(plane.logPath(), asked);
    },
  ),
};
