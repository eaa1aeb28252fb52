// The functions of a plugin, called in its own process, and what they may return.
import type { ModelFacts } from "../../core/catalog.ts";
import type { Secret } from "../../core/secret.ts";
import type { FoundWindow } from "../../core/usage-window.ts";
import type { Checked } from "../../providers/plugin-pieces.ts";
import { checkModels, checkUsage } from "../../providers/plugin-answers.ts";
import type { Provider } from "../../providers/provider.ts";
import { askPlugin } from "./child.ts";
import { PluginFault } from "./fault.ts";

/** `failed` completes "<provider> …". */
export type Called<T> = T | { readonly failed: string };

/** Never rejects. @param secret of this provider, which is all that the plugin gets to see */
export const pluginModels = async (
  provider: Provider,
  secret: Secret | undefined,
  timeoutMs: number,
): Promise<Called<{ readonly models: readonly ModelFacts[] }>> =>
  await call(provider, "models", secret, timeoutMs, checkModels, (rows) => ({
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
  secret: Secret | undefined,
  timeoutMs: number,
): Promise<Called<{ readonly windows: readonly FoundWindow[] }>> =>
  await call(provider, "usage", secret, timeoutMs, checkUsage, (windows) => ({ windows }));

async function call<T, R>(
  { id, plugin }: Provider,
  kind: "models" | "usage",
  secret: Secret | undefined,
  timeoutMs: number,
  check: (value: unknown) => Checked<T>,
  use: (value: T) => R,
): Promise<Called<R>> {
  const known = secret ? { secret: secret.reveal() } : {};
  const { source } = plugin!;
  try {
    const answer = await askPlugin(source, { kind, provider: id, timeoutMs, ...known }, { timeoutMs });
    const checked = check(answer);
    return "fault" in checked
      ? { failed: `(plugin ${source.spec}) returned something that is no list of ${kind}: ${checked.fault}` }
      : use(checked.value);
  } catch (error) {
    if (error instanceof PluginFault) return { failed: `(plugin ${source.spec}) ${error.message}` };
    throw error;
  }
}
