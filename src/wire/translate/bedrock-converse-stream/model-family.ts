// Whose model it is, by its id: what the protocol has in common ends where reasoning and caching begin.

/** Regions and profiles stand before the vendor: `us.anthropic.claude-…`, or at the end of an ARN. */
export const isClaude = (model: string): boolean => /(?:^|[./])anthropic\.claude-/.test(model);

/** Older ones refuse a request that asks for it. */
export const keepsPrefixes = (model: string): boolean =>
  isClaude(model) && !/claude-(?:v2|instant|3-(?:opus|sonnet|haiku|5-sonnet-20240620))/.test(model);

export const isNova2 = (model: string): boolean => /(?:^|[./])amazon\.nova-(?:2|premier-2)/.test(model);

export const isGptOss = (model: string): boolean => /(?:^|[./])openai\.gpt-oss/.test(model);
