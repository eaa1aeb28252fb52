// Images and files: bytes in base64, or an address.
import { fault } from "./fields.ts";
import type { ImageSource } from "./neutral.ts";

/**
 * `data:image/png;base64,…`, an address, or base64 alone, whose beginning tells what it is.
 *
 * @throws AccessError `bad_input`
 */
export function dataSource(url: string, place: string): ImageSource {
  if (url.startsWith("data:")) return dataOf(url, place);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return { kind: "url", url };
  const mediaType = mediaTypeIn(url);
  if (mediaType === undefined) throw fault(place, "must be an address or data in base64");
  return { kind: "base64", mediaType, data: url };
}

function dataOf(url: string, place: string): ImageSource {
  const comma = url.indexOf(",");
  if (comma === -1) throw fault(place, "must be an address or data in base64");
  const [type = "", ...rest] = url.slice("data:".length, comma).split(";");
  const text = url.slice(comma + 1);
  const data = rest.includes("base64") ? text : encoded(text, place);
  if (data === "") throw fault(place, "holds no data");
  return { kind: "base64", mediaType: mediaTypeOf(type.toLowerCase(), data), data };
}

/** An image is what its bytes say, whatever its name: OpenAI looks there, others refuse what is named wrongly. */
function mediaTypeOf(named: string, data: string): string {
  if (named === "") return mediaTypeIn(data) ?? "text/plain";
  if (!named.startsWith("image/")) return named;
  return mediaTypeIn(data) ?? (named === "image/jpg" ? "image/jpeg" : named);
}

function encoded(text: string, place: string): string {
  try {
    return Buffer.from(decodeURIComponent(text)).toString("base64");
  } catch {
    throw fault(place, "must be an address or data in base64");
  }
}

const BEGINNINGS = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["UklGR", "image/webp"],
  ["JVBERi", "application/pdf"],
] as const;

/** What the bytes say of themselves. */
export const mediaTypeIn = (base64: string): string | undefined =>
  BEGINNINGS.find(([beginning]) => base64.startsWith(beginning))?.[1];

export const urlOf = (source: ImageSource): string =>
  source.kind === "url" ? source.url : `data:${source.mediaType};base64,${source.data}`;

/** What is text in fact; nothing for addresses and other data. */
export const textIn = (source: ImageSource): string | undefined =>
  source.kind === "base64" && source.mediaType.startsWith("text/")
    ? Buffer.from(source.data, "base64").toString()
    : undefined;
