// Tools that a provider runs itself: no other one can. The model is not offered them, which is a loss that is
// named; a request that wants nothing else is refused.
import { AccessError } from "../../core/errors.ts";
import type { Tool } from "./neutral.ts";

export interface OfferedTools {
  readonly tools: readonly Tool[];
  /** `tools.web_search` … */
  readonly dropped: readonly string[];
}

/**
 * @param hosted types of the tools that only their provider runs
 * @throws AccessError `bad_input`
 */
export function offered(tools: readonly Tool[], hosted: readonly string[]): OfferedTools {
  if (hosted.length > 0 && tools.length === 0)
    throw new AccessError(
      "bad_input",
      `tools: ${shown(hosted)} is run by its own provider only, and the request has no other tool.`,
    );
  return { tools, dropped: hosted.map((type) => `tools.${type}`) };
}

/** Clients may name any type. */
const shown = (types: readonly string[]): string =>
  types
    .slice(0, 8)
    .map((type) => type.slice(0, 64))
    .join(", ");
