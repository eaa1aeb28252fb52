import type { ProviderId } from "../../core/ids.ts";
import { findProvider } from "../all.ts";
import { anthropic } from "./anthropic.ts";
import { clawrouter } from "./clawrouter.ts";
import { deepseek } from "./deepseek.ts";
import { githubCopilot } from "./github-copilot.ts";
import { googleGeminiCli } from "./google-gemini-cli.ts";
import { kimi } from "./kimi.ts";
import { minimax } from "./minimax.ts";
import { openaiCodex } from "./openai-codex.ts";
import { opencodeGo } from "./opencode-go.ts";
import { openrouter } from "./openrouter.ts";
import type { UsageSurface } from "./surface.ts";
import { venice } from "./venice.ts";
import { xiaomiTokenPlan } from "./xiaomi-token-plan.ts";
import { xiaomi } from "./xiaomi.ts";
import { zai } from "./zai.ts";
import { pluginSurface } from "./plugin.ts";

/** Every place that tells what is left of a plan: one file each, one line here. */
export const USAGE_SURFACES: readonly UsageSurface[] = [
  anthropic,
  clawrouter,
  deepseek,
  githubCopilot,
  googleGeminiCli,
  kimi,
  minimax,
  openaiCodex,
  opencodeGo,
  openrouter,
  venice,
  xiaomi,
  xiaomiTokenPlan,
  zai,
];

const surfaceFor = (id: ProviderId): UsageSurface | undefined =>
  USAGE_SURFACES.find(({ providers }) => providers.includes(id));

/** The place for a provider, which may be called by an alias. */
export function usageSurfaceOf(provider: ProviderId): UsageSurface | undefined {
  const known = findProvider(provider);
  return surfaceFor(provider) ?? surfaceFor(known?.id ?? provider) ?? pluginSurface(known);
}
