// The ways in which a text may be written where it has no business: plain, escaped, encoded. Pure.

export type SecretForm = "plain" | "json" | "url" | "base64" | "hex";

export interface WrittenForm {
  readonly form: SecretForm;
  readonly text: string;
}

/** An encoded form that is shorter than this meets others by chance. */
const SHORTEST_ENCODED = 10;

/** Each text once, under the first form that it is. */
export function writtenForms(value: string): readonly WrittenForm[] {
  const forms = new Map<string, WrittenForm>();
  const add = (form: SecretForm, text: string) => {
    if (text !== "" && !forms.has(text)) forms.set(text, { form, text });
  };
  add("plain", value);
  for (const text of jsonForms(value)) add("json", text);
  for (const text of urlForms(value)) add("url", text);
  for (const { form, text } of encodedForms(Buffer.from(value)))
    if (text.length >= SHORTEST_ENCODED) add(form, text);
  return [...forms.values()];
}

/** Those of any bytes. */
export function encodedForms(bytes: Buffer): readonly WrittenForm[] {
  const base64 = [0, 1, 2].flatMap((shift) => inBase64(bytes, shift));
  const hex = bytes.toString("hex");
  return [
    ...base64.map((text) => ({ form: "base64" as const, text })),
    ...[hex, hex.toUpperCase()].map((text) => ({ form: "hex" as const, text })),
  ];
}

/** In a document; in a document that is a text of another one; and as programs write that escape more than they must. */
function jsonForms(value: string): string[] {
  const once = inJson(value);
  const slashes = once.replaceAll("/", String.raw`\/`);
  return [once, inJson(once), slashes, asGoWrites(once), ascii(once)];
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Fit for HTML, as Go's encoder has it. */
const asGoWrites = (text: string): string =>
  text
    .replaceAll("<", String.raw`\u003c`)
    .replaceAll(">", String.raw`\u003e`)
    .replaceAll("&", String.raw`\u0026`);

/** As Python's encoder has it. */
const ascii = (text: string): string =>
  text.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, "0"),
  );

const small = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());

/** In a path or query, and in a form; some programs write their hex digits small, some leave more as it is. */
function urlForms(value: string): string[] {
  const whole = value.isWellFormed() ? encodeURIComponent(value) : "";
  const form = new URLSearchParams([["", value]]).toString().slice(1);
  return [whole, form, small(whole), small(form), value.isWellFormed() ? encodeURI(value) : ""];
}

const BITS_PER_CHARACTER = 6;

/** What is the same whatever stands around it, behind `shift` bytes of something else; in both alphabets. */
export function inBase64(bytes: Buffer, shift: number): string[] {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
  const first = Math.ceil((shift * 8) / BITS_PER_CHARACTER);
  const last = Math.floor(((shift + bytes.length) * 8) / BITS_PER_CHARACTER);
  const own = text.slice(first, last);
  return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
}
