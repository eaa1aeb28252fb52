// Where a provider tells which models it offers. Facts: the providers' documentation, see `catalog.listModels`
// of the provider data; the path follows from the wire unless a table below says otherwise.
import type { ProviderId } from "../core/ids.ts";

export interface ModelListQuestion {
  readonly id: ProviderId;
  /** a wire's name */
  readonly api: string;
  /** without a trailing slash */
  readonly baseUrl: string;
  /** The config names the address: what holds for the provider's own host need not hold there. */
  readonly elsewhere: boolean;
}

export interface ModelListAddress {
  readonly url: string;
  /** Public lists are asked without a credential. */
  readonly open: boolean;
}

/** By wire: what follows the base URL. A page holds as many models as the provider allows. */
const PATHS: Readonly<Record<string, string>> = {
  "openai-completions": "/models",
  "openai-responses": "/models",
  "anthropic-messages": "/v1/models?limit=1000",
  "google-generative-ai": "/models?pageSize=1000",
  ollama: "/api/tags",
};

/** Ask for no credential on the provider's own host. */
const OPEN: ReadonlySet<ProviderId> = new Set(["openrouter", "kilocode", "vercel-ai-gateway"]);

const OWN_ADDRESS: Readonly<Record<ProviderId, ModelListAddress>> = {
  nvidia: {
    url: "https://assets.ngc.nvidia.com/products/api-catalog/featured-models.json",
    open: true,
  },
  synthetic: { url: "https://api.synthetic.new/openai/v1/models", open: false },
  deepinfra: {
    url: "https://api.deepinfra.com/v1/openai/models?sort_by=openclaw&filter=with_meta",
    open: false,
  },
};

/** Have no list, or one that only their own login opens. */
const UNLISTED: ReadonlySet<ProviderId> = new Set([
  "alibaba",
  "arcee",
  "byteplus",
  "clawrouter",
  "cohere",
  "github-copilot",
  "kimi",
  "longcat",
  "meta",
  "minimax",
  "minimax-portal",
  "perplexity",
  "qwen-oauth",
  "qwen-token-plan",
  "stepfun-plan",
  "tencent-tokenhub",
  "tencent-tokenplan",
  "volcengine",
  "volcengine-plan",
  "zai",
]);

/** `undefined` when the provider has no list that can be asked for. */
export function modelListAddress(question: ModelListQuestion): ModelListAddress | undefined {
  const { id, api, baseUrl, elsewhere } = question;
  const path = PATHS[api];
  const byWire = path === undefined ? undefined : baseUrl + path;
  if (elsewhere) return byWire === undefined ? undefined : { url: byWire, open: false };
  if (UNLISTED.has(id)) return undefined;
  if (Object.hasOwn(OWN_ADDRESS, id)) return OWN_ADDRESS[id];
  return byWire === undefined ? undefined : { url: byWire, open: OPEN.has(id) };
}

/** Servers that people run on their own machine, at an address everybody knows. */
export const LOCAL_SERVERS: readonly ProviderId[] = ["lmstudio", "ollama", "sglang", "vllm"];
