// What a person pastes when the browser cannot reach the callback: the address it was sent to, the query of it,
// `code#state`, `code&state=…`, or the code alone. Pure.

export interface PastedAnswer {
  readonly params: URLSearchParams;
  /** Nothing but a code or an error was pasted. */
  readonly bare: boolean;
  /** of a whole address */
  readonly path?: string;
}

const LONGEST = 16 * 1024;

/** `undefined` when there is no answer of a login in it. */
export function parsePasted(text: string): PastedAnswer | undefined {
  const pasted = text.trim().replace(/^["'<](.*)["'>]$/, "$1");
  if (pasted.length > LONGEST || !/^[\x21-\x7e]+$/.test(pasted)) return undefined;
  if (/^https?:\/\//i.test(pasted)) return ofAddress(pasted);
  if (/(^|[?&#])(code|error)=/.test(pasted)) return ofQuery(pasted);
  // Marked from the code on, to the end of the address.
  if (/^[^=?#&]+&(state|scope|iss)=/.test(pasted)) return ofQuery(`code=${pasted}`);
  return ofCode(pasted);
}

function ofAddress(pasted: string): PastedAnswer | undefined {
  const url = URL.parse(pasted);
  if (!url) return undefined;
  const fragment = new URLSearchParams(url.hash.slice(1));
  const params = [url.searchParams, fragment].find((each) => each.has("code") || each.has("error"));
  return params && { params, bare: false, path: url.pathname };
}

function ofQuery(pasted: string): PastedAnswer {
  const params = new URLSearchParams(pasted.slice(pasted.indexOf("?") + 1).replace(/^[#&]/, ""));
  return { params, bare: !params.has("state") };
}

function ofCode(pasted: string): PastedAnswer {
  const hash = pasted.indexOf("#");
  const code = decoded(hash === -1 ? pasted : pasted.slice(0, hash));
  if (hash === -1) return { params: new URLSearchParams({ code }), bare: true };
  return { params: new URLSearchParams({ code, state: pasted.slice(hash + 1) }), bare: false };
}

/** Copied out of an address, a code may still be encoded. */
function decoded(code: string): string {
  try {
    return /%[0-9a-f]{2}/i.test(code) ? decodeURIComponent(code) : code;
  } catch {
    return code;
  }
}
