// Where secrets are to lie: a provider that is there, or a new one, asked for and looked at.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { readSecretProviders } from "../../config/secret-section.ts";
import type { SecretRef } from "../../core/credential.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ExecProvider, SecretProviders } from "../../core/secret-ref.ts";
import { ALIAS, IMPLICIT_ALIAS, REF_IDS } from "../../core/secret-ref.ts";
import { untilde } from "../../config/paths.ts";
import { accessFault, trustedProgram } from "../../secrets/trusted-path.ts";
import type { Talk } from "../login/talk.ts";
import type { Candidate } from "./candidates.ts";

export interface Source {
  readonly alias: string;
  readonly kind: SecretRef["source"];
  /** to be written to `secrets.providers`; absent when it is there, or needs none */
  readonly block?: JsonObject;
  /** What it lacks is written into it. */
  readonly fills: boolean;
  /** A file with one secret, whose only id this is. */
  readonly onlyId?: string;
}

export async function chooseSource(
  talk: Talk,
  providers: SecretProviders,
  { home, mayAdd }: { readonly home: string; readonly mayAdd: boolean },
): Promise<Source> {
  const known = [...providers].flatMap(
    ([alias, block]): { value: () => Promise<Source>; label: string; hint: string }[] => {
      if (block.source === "unusable" || alias === IMPLICIT_ALIAS) return [];
      const single = block.source === "file" && block.mode === "singleValue";
      const source: Source = {
        alias,
        kind: block.source,
        fills: block.source === "file",
        ...(single && { onlyId: "value" }),
      };
      const hint =
        block.source === "exec" ? block.command : block.source === "file" ? block.path : "variables";
      return [{ value: async () => source, label: alias, hint }];
    },
  );
  const variables: Source = { alias: IMPLICIT_ALIAS, kind: "env", fills: false };
  const ask = await talk.choose<() => Promise<Source>>("Where are the secrets to be?", [
    ...known,
    ...(mayAdd
      ? [
          {
            value: () => newFile(talk, providers, home),
            label: "A file of their own",
            hint: "what it lacks is written into it",
          },
          {
            value: () => newProgram(talk, providers),
            label: "A program",
            hint: "pass, sops, Vault, 1Password",
          },
        ]
      : []),
    {
      value: async () => variables,
      label: "Variables of the environment",
      hint: "set where the gateway starts",
    },
  ]);
  return ask();
}

const freeAlias = (providers: SecretProviders, wanted: string): string => {
  let n = 1;
  while (providers.has(n === 1 ? wanted : `${wanted}${n}`)) n++;
  return n === 1 ? wanted : `${wanted}${n}`;
};

const askAlias = (talk: Talk, providers: SecretProviders, wanted: string): Promise<string> =>
  talk.text("Name for it in secrets.providers", freeAlias(providers, wanted), (name) => {
    if (!ALIAS.pattern.test(name)) return `It ${ALIAS.rule}.`;
    return providers.has(name) ? "There is one of that name." : undefined;
  });

async function newFile(talk: Talk, providers: SecretProviders, home: string): Promise<Source> {
  const usual = join("~", ".config", "openclaw-access", "secrets.json");
  const path = await talk.text("Path of the file", usual, (typed) => fileFault(untilde(typed.trim(), home)));
  const alias = await askAlias(talk, providers, "secrets");
  return { alias, kind: "file", block: { source: "file", path: path.trim() }, fills: true };
}

function fileFault(path: string): string | undefined {
  if (!/^(\/|[A-Za-z]:[\\/])/.test(path)) return "An absolute path, or one that begins with ~/.";
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if (!stat.isFile()) return "That is no file, or a symbolic link.";
  const fault = accessFault(stat, "secrets");
  return fault && `${fault}.`;
}

async function newProgram(talk: Talk, providers: SecretProviders): Promise<Source> {
  const command = await talk.text("Path of the program", "", programFault);
  const args = await talk.text("Its arguments, with blanks between", "", () => undefined);
  const pass = await talk.text("Variables that it needs", "PATH HOME", (names) =>
    words(names).every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      ? undefined
      : "Names of variables, with blanks between.",
  );
  const json = await talk.confirm(
    "Does it speak the JSON protocol (docs/secrets.md)? Else it prints one secret",
    true,
  );
  const alias = await askAlias(talk, providers, "vault");
  const block = {
    source: "exec",
    command: command.trim(),
    ...(words(args).length > 0 && { args: words(args) }),
    ...(words(pass).length > 0 && { passEnv: words(pass) }),
    ...(!json && { jsonOnly: false }),
  };
  return { alias, kind: "exec", block, fills: false };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

/** What a gateway would say of it, said while it can be mended. */
function programFault(typed: string): string | undefined {
  const command = typed.trim();
  if (!command.startsWith("/") && !/^[A-Za-z]:[\\/]/.test(command)) return "An absolute path.";
  const block = readSecretProviders({ providers: { it: { source: "exec", command } } }).get(
    "it",
  ) as ExecProvider;
  const trusted = trustedProgram(block);
  return "fault" in trusted ? `${trusted.fault}.` : undefined;
}

/** The id under which the secret lies there: proposed, or asked for where it must be there already. */
export async function idFor(
  talk: Talk,
  { kind, onlyId }: Source,
  candidate: Candidate,
  asks: boolean,
): Promise<string> {
  if (onlyId !== undefined) return onlyId;
  const proposed = proposedId(kind, candidate);
  if (!asks) return proposed;
  return talk.text(
    `${candidate.place}: its ${kind === "env" ? "variable" : "id there"}`,
    proposed,
    (typed) => (REF_IDS[kind].pattern.test(typed.trim()) ? undefined : `It ${REF_IDS[kind].rule}.`),
  );
}

function proposedId(kind: SecretRef["source"], { words: parts, variable }: Candidate): string {
  if (kind === "env")
    return (
      variable ??
      parts
        .join("_")
        .toUpperCase()
        .replaceAll(/[^A-Z0-9]+/g, "_")
        .replace(/^(?![A-Z])/, "S_")
    );
  if (kind === "exec") return parts.map((part) => part.replaceAll(/[^A-Za-z0-9._:#-]/g, "-")).join("/");
  return parts.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
