// The functions of a plugin, called in its own process, and what they may return.
import type { ModelFacts } from "../../core/catalog.ts";
import type { Secret } from "../../core/secret.ts";
import type { FoundWindow } from "../../core/usage-window.ts";
import type { Checked } from "../../providers/plugin-pieces.ts";
import { checkModels, checkUsage } from "../../providers/plugin-answers.ts";
import type { Provider } from "../../providers/provider.ts";
import { askPlugin } from "./ask.ts";
import { PluginFault } from "./fault.ts";
import { inTurn } from "./turn.ts";

/** `failed` completes "<provider> …". */
export type Called<T> = T | { readonly failed: string };

/** Longest time that a function may take, ms. */
const TIMEOUT_MS = { models: 15_000, usage: 10_000 } as const;

/** Never rejects. @param secret of this provider, which is all that the plugin gets to see */
export const pluginModels = async (
  provider: Provider,
  secret: Secret | undefined,
): Promise<Called<{ readonly models: readonly ModelFacts[] }>> =>
  await call({ provider, kind: "models", secret }, checkModels, (rows) => ({
    models: rows.map(({ id, name, input, contextWindow, maxTokens }) => ({
      id,
      ...(name === undefined ? {} : { name }),
      ...(input === undefined ? {} : { input }),
      ...(contextWindow ? { contextWindow } : {}),
      ...(maxTokens ? { maxTokens } : {}),
    })),
  }));

/** Never rejects. */
export const pluginUsage = async (
  provider: Provider,
  secret: Secret,
  signal?: AbortSignal,
): Promise<Called<{ readonly windows: readonly FoundWindow[] }>> =>
  await call({ provider, kind: "usage", secret, signal }, checkUsage, (windows) => ({ windows }));

interface Call {
  readonly provider: Provider;
  readonly kind: keyof typeof TIMEOUT_MS;
  readonly secret: Secret | undefined;
  readonly signal?: AbortSignal | undefined;
}

async function call<T, R>(
  { provider: { id, plugin }, kind, secret, signal }: Call,
  check: (value: unknown) => Checked<T>,
  use: (value: T) => R,
): Promise<Called<R>> {
  const { source } = plugin!;
  const timeoutMs = TIMEOUT_MS[kind];
  const known = secret ? { secret: secret.reveal() } : {};
  const limits = { timeoutMs, ...(signal ? { signal } : {}) };
  try {
    const task = { kind, provider: id, timeoutMs, ...known };
    const answer = await inTurn(() => askPlugin(source, task, limits));
    // What is returned is shown and kept.
    if (secret && secret.hideIn(JSON.stringify(answer)) !== JSON.stringify(answer))
      return { failed: `(plugin ${source.spec}) returned the credential that it was given` };
    const checked = check(answer);
    if ("value" in checked) return use(checked.value);
    return {
      failed: `(plugin ${source.spec}) returned something that is no list of ${kind}: ${checked.fault}`,
    };
  } catch (error) {
    if (error instanceof PluginFault) return { failed: `(plugin ${source.spec}) ${error.message}` };
    if (signal?.aborted) return { failed: "was not waited for" };
    throw error;
  }
}
