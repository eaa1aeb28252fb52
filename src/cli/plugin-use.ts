// Which commands have the plugins started before them. A plugin costs a process, and one that hangs five seconds:
// who has no use for its providers does not wait for it.
import { findProvider } from "../providers/all.ts";

/**
 * What a command has to do with the providers of plugins: nothing, or what it has to do with the provider that its
 * arguments name; `briefly`: the latter, for somebody who waits at a keyboard. Without a word every provider matters.
 */
export type PluginUse = "none" | "named" | "briefly";

/** Longest wait for a plugin, where it is shorter than usual, ms. */
export const patienceMs = (use: PluginUse | undefined): number | undefined =>
  use === "briefly" ? 1000 : undefined;

/** `args` as they were typed. Asked before there are any providers but those that are built in. */
export function usesPlugins(use: PluginUse | undefined, args: readonly string[]): boolean {
  if (use === "none") return false;
  if (use === undefined) return true;
  const named = args.flatMap((word, at) => namedIn(word, args[at - 1]));
  return named.length === 0 || named.some((id) => findProvider(id.trim().toLowerCase()) === undefined);
}

/** `--provider openai`, `--provider=openai`, `openai:default`, `openai/gpt-5.5`. */
function namedIn(word: string, before: string | undefined): string[] {
  if (before === "--provider") return [word];
  const [, id] = /^--provider=(.*)$/.exec(word) ?? /^(?!-)([^/:]*)[/:]/.exec(word) ?? [];
  return id === undefined ? [] : [id];
}
