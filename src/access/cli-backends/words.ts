// What a program says when it fails may hold its token, which nobody here knows: whatever looks like one is left out.
// Pure.
import { Secret } from "../../core/secret.ts";
import type { CliBackend } from "../../providers/cli-backends.ts";

const HIDDEN = "[secret]";

/** Vendors' prefixes, what stands behind a word for it, and runs too mixed to be a name. */
const LOOKS_SECRET: readonly RegExp[] = [
  /\b(?:sk|pk|rk|gsk|xai|hf|npm|gh[opsu]|github_pat|xox[abeprs]|ya29|AIza|AKIA|ASIA|eyJ)[-_.]?[\w.-]{8,}/g,
  /(?<=\bBearer\s+)[\w.~+/=-]{8,}/gi,
  /(?<=(?:token|api[-_ ]?key|secret|password|authorization)["']?\s*[=:]\s*["']?)[^\s"',;)]{8,}/gi,
  /(?<=:\/\/)[^\s/@]+:[^\s/@]+(?=@)/g,
  /(?<![\w-])[0-9a-f]{32,}(?![\w-])/gi,
  /(?<![\w/.-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{32,}/g,
];

/** @param text of the program, for the people who call it */
export function withoutSecrets(text: string, { settings }: CliBackend): string {
  const known = Object.entries(settings.env ?? {}).filter(([name, value]) => isSecret(name, value));
  const hidden = known.reduce((words, [, value]) => new Secret(value).hideIn(words), text);
  return LOOKS_SECRET.reduce((words, pattern) => words.replace(pattern, HIDDEN), hidden);
}

const isSecret = (name: string, value: string): boolean =>
  /KEY|TOKEN|SECRET|PASS|AUTH|CRED/i.test(name) && value.length >= 8;
