// Every provider that is built in, and how to find one. Values only: loading the table does no work.
import type { ProviderId } from "../core/ids.ts";
import type { Provider } from "./provider.ts";
import { alibaba } from "./alibaba.ts";
import { amazonBedrock } from "./amazon-bedrock.ts";
import { amazonBedrockMantle } from "./amazon-bedrock-mantle.ts";
import { anthropic } from "./anthropic.ts";
import { anthropicVertex } from "./anthropic-vertex.ts";
import { arcee } from "./arcee.ts";
import { azureOpenaiResponses } from "./azure-openai-responses.ts";
import { byteplus } from "./byteplus.ts";
import { cerebras } from "./cerebras.ts";
import { chutes } from "./chutes.ts";
import { claudeCli } from "./claude-cli.ts";
import { claudeMaxApiProxy } from "./claude-max-api-proxy.ts";
import { clawrouter } from "./clawrouter.ts";
import { cloudflareAiGateway } from "./cloudflare-ai-gateway.ts";
import { cloudflareWorkersAi } from "./cloudflare-workers-ai.ts";
import { cohere } from "./cohere.ts";
import { copilotProxy } from "./copilot-proxy.ts";
import { deepinfra } from "./deepinfra.ts";
import { deepseek } from "./deepseek.ts";
import { ds4 } from "./ds4.ts";
import { featherless } from "./featherless.ts";
import { fireworks } from "./fireworks.ts";
import { githubCopilot } from "./github-copilot.ts";
import { gmi } from "./gmi.ts";
import { google } from "./google.ts";
import { googleGeminiCli } from "./google-gemini-cli.ts";
import { googleVertex } from "./google-vertex.ts";
import { groq } from "./groq.ts";
import { huggingface } from "./huggingface.ts";
import { inferrs } from "./inferrs.ts";
import { kilocode } from "./kilocode.ts";
import { kimi } from "./kimi.ts";
import { litellm } from "./litellm.ts";
import { lmstudio } from "./lmstudio.ts";
import { longcat } from "./longcat.ts";
import { meta } from "./meta.ts";
import { microsoftFoundry } from "./microsoft-foundry.ts";
import { minimax } from "./minimax.ts";
import { minimaxPortal } from "./minimax-portal.ts";
import { mistral } from "./mistral.ts";
import { moonshot } from "./moonshot.ts";
import { novita } from "./novita.ts";
import { nvidia } from "./nvidia.ts";
import { ollama } from "./ollama.ts";
import { ollamaCloud } from "./ollama-cloud.ts";
import { openai } from "./openai.ts";
import { openaiCodex } from "./openai-codex.ts";
import { opencode } from "./opencode.ts";
import { opencodeGo } from "./opencode-go.ts";
import { openrouter } from "./openrouter.ts";
import { perplexity } from "./perplexity.ts";
import { qianfan } from "./qianfan.ts";
import { qwen } from "./qwen.ts";
import { qwenOauth } from "./qwen-oauth.ts";
import { qwenTokenPlan } from "./qwen-token-plan.ts";
import { sglang } from "./sglang.ts";
import { stepfun } from "./stepfun.ts";
import { stepfunPlan } from "./stepfun-plan.ts";
import { synthetic } from "./synthetic.ts";
import { tencentTokenhub } from "./tencent-tokenhub.ts";
import { tencentTokenplan } from "./tencent-tokenplan.ts";
import { together } from "./together.ts";
import { venice } from "./venice.ts";
import { vercelAiGateway } from "./vercel-ai-gateway.ts";
import { vllm } from "./vllm.ts";
import { volcengine } from "./volcengine.ts";
import { volcenginePlan } from "./volcengine-plan.ts";
import { xai } from "./xai.ts";
import { xiaomi } from "./xiaomi.ts";
import { xiaomiTokenPlan } from "./xiaomi-token-plan.ts";
import { zai } from "./zai.ts";

/** In alphabetical order. Adding a provider: one file, and one line here. */
const BUILT_IN: readonly Provider[] = [
  alibaba,
  amazonBedrock,
  amazonBedrockMantle,
  anthropic,
  anthropicVertex,
  arcee,
  azureOpenaiResponses,
  byteplus,
  cerebras,
  chutes,
  claudeCli,
  claudeMaxApiProxy,
  clawrouter,
  cloudflareAiGateway,
  cloudflareWorkersAi,
  cohere,
  copilotProxy,
  deepinfra,
  deepseek,
  ds4,
  featherless,
  fireworks,
  githubCopilot,
  gmi,
  google,
  googleGeminiCli,
  googleVertex,
  groq,
  huggingface,
  inferrs,
  kilocode,
  kimi,
  litellm,
  lmstudio,
  longcat,
  meta,
  microsoftFoundry,
  minimax,
  minimaxPortal,
  mistral,
  moonshot,
  novita,
  nvidia,
  ollama,
  ollamaCloud,
  openai,
  openaiCodex,
  opencode,
  opencodeGo,
  openrouter,
  perplexity,
  qianfan,
  qwen,
  qwenOauth,
  qwenTokenPlan,
  sglang,
  stepfun,
  stepfunPlan,
  synthetic,
  tencentTokenhub,
  tencentTokenplan,
  together,
  venice,
  vercelAiGateway,
  vllm,
  volcengine,
  volcenginePlan,
  xai,
  xiaomi,
  xiaomiTokenPlan,
  zai,
];

/** Providers by id and alias. An id goes before an alias, and the first of two that share one before the other. */
const byNameOf = (providers: readonly Provider[]): ReadonlyMap<string, Provider> =>
  new Map([
    ...providers.toReversed().flatMap((each) => (each.aliases ?? []).map((alias) => [alias, each] as const)),
    ...providers.map((each) => [each.id, each] as const),
  ]);

/** Every provider that this process knows: built in, then those of plugins. */
export let PROVIDERS = BUILT_IN;
let byName = byNameOf(BUILT_IN);

/**
 * Puts the providers of plugins beside those that are built in. Called once, before the first command looks
 * anything up: a process serves one state dir, so its plugins are facts like the table above.
 *
 * @param external ids and aliases that nobody else has
 */
export function setPluginProviders(external: readonly Provider[]): void {
  PROVIDERS = [...BUILT_IN, ...external];
  byName = byNameOf(PROVIDERS);
}

/** The provider with this id, else the one that has it as an alias. Lower case. */
export const findProvider = (id: ProviderId): Provider | undefined => byName.get(id);

/** Stands where a secret would, of a provider that counts as authenticated without one. */
export const syntheticMarker = (id: ProviderId): string | undefined => findProvider(id)?.plugin?.marker;

/** Values that stand where a secret would, and are none: output may show them as they are. */
export const NON_SECRET_MARKERS: ReadonlySet<string> = new Set([
  "secretref-managed",
  "minimax-oauth",
  "oauth:chutes",
  "ollama-local",
  "gcp-vertex-credentials",
]);
