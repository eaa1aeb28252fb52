import { fault } from "./fields.ts";
import type { ImageSource } from "./neutral.ts";

/**
 * `data:image/png;base64,…`, or an address.
 *
 * @throws AccessError `bad_input`
 */
export function dataSource(url: string, place: string): ImageSource {
  if (!url.startsWith("data:")) return { kind: "url", url };
  const comma = url.indexOf(",");
  const head = url.slice(5, comma === -1 ? 5 : comma);
  if (!head.endsWith(";base64")) throw fault(place, "must be an address or data in base64");
  return { kind: "base64", mediaType: head.slice(0, head.indexOf(";")), data: url.slice(comma + 1) };
}

export const urlOf = (source: ImageSource): string =>
  source.kind === "url" ? source.url : `data:${source.mediaType};base64,${source.data}`;
