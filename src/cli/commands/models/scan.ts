import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText, switchFlag } from "../../command.ts";
import { numberFlag, wholeNumberFlag } from "../../number-flag.ts";
import type { ScanFlags } from "../../scan.ts";

export default buildCommand({
  docs: { brief: "Find free models of OpenRouter, try them, and take the best as fallbacks" },
  parameters: {
    flags: {
      probe: {
        kind: "boolean",
        brief: "Try tools and images with real calls; --no-probe only reads the catalog",
        default: true,
      },
      minParams: numberFlag("--min-params", "Least billions of parameters", "billions"),
      maxAgeDays: numberFlag("--max-age-days", "Greatest age of a model", "days"),
      provider: optionalText("Only models of this vendor: the part before the slash", "name"),
      maxCandidates: wholeNumberFlag("--max-candidates", "Most fallbacks to select (6)", "n"),
      timeout: wholeNumberFlag(
        "--timeout",
        "Longest time for the catalog and for each call, ms (10000)",
        "ms",
      ),
      concurrency: wholeNumberFlag("--concurrency", "Models tried at once (3)", "n"),
      yes: switchFlag("Take the selection without asking"),
      input: {
        kind: "boolean",
        brief: "Ask before anything is changed; --no-input never asks",
        default: true,
      },
      setDefault: switchFlag("Make the best model the default"),
      setImage: switchFlag("Make the best model for images the image model"),
      json: JSON_FLAG,
    },
  },
  async func(this: Session, flags: ScanFlags) {
    const { scan } = await import("../../scan.ts");
    await scan(this, flags);
  },
});
