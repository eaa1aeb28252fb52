// Secrets in words that are about to be written somewhere: found by their look, and by their value where it is known.

/** How keys and tokens of providers begin, and the places in which secrets stand. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  [
    /\b(?:sk[-_][\w-]{8,}|gh[opsu]_\w{8,}|github_pat_\w+|xox[abps]-[\w-]+|xai-[\w-]{8,}|AIza[\w-]{8,}|ya29\.[\w.-]+|gsk_\w{8,}|hf_\w{8,}|nvapi-[\w-]+|AKIA[A-Z0-9]{8,}|eyJ[\w-]{8,}\.[\w.-]*|ock_[\w-]{8,}|ocdt1\.[\w.-]{8,})/g,
    "[secret]",
  ],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, "$1 [secret]"],
  [/([?&#](?:\w*key|\w*token|\w*secret|password|code|sig|signature)=)[^&#\s"']+/gi, "$1[secret]"],
  [/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s@]+@/gi, "$1[secret]@"],
  [/-----BEGIN [^-]+-----[^]*?(?:-----END [^-]+-----|$)/g, "[secret]"],
];

/** Shorter ones are words like any other. */
const SHORTEST_VALUE = 8;

/** @param values secrets that are known */
export function hideSecrets(text: string, values: Iterable<string> = []): string {
  let hidden = text;
  for (const value of values)
    if (value.length >= SHORTEST_VALUE && hidden.includes(value))
      hidden = hidden.replaceAll(value, "[secret]");
  for (const [look, stand] of LOOKS) hidden = hidden.replace(look, stand);
  return hidden;
}
