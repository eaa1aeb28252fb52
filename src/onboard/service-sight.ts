// What a service sees: its variables are those of `.env` and of the config, and none of this shell's. Pure.
import type { Config } from "../config/config.ts";
import type { Environment } from "../secrets/env.ts";
import type { Draft } from "./draft.ts";
import type { GatewaySide } from "./gateway-side.ts";

/**
 * Variables that the draft refers to, and the service would not have.
 *
 * @param written without the variables of this process
 */
export function unseenByService(
  { gateway, sources }: Pick<Draft, "gateway" | "sources">,
  { auth }: Config["gateway"],
  written: Environment,
): string[] {
  const plan = gateway?.token ?? { kind: "keep" };
  const kept = auth.mode === "password" ? auth.password : auth.token;
  const names = [
    ...(plan.kind === "env" ? [plan.name] : []),
    ...(plan.kind === "keep" && typeof kept === "object" && kept.source === "env" ? [kept.id] : []),
    ...sources.flatMap(({ source: { login } }) => variableOf(login?.credential)),
  ];
  return [...new Set(names)].filter((name) => !written[name]?.trim());
}

function variableOf(credential: object | undefined): string[] {
  const refs: unknown[] = credential
    ? ["keyRef", "tokenRef"].map((field) => Reflect.get(credential, field) as unknown)
    : [];
  return refs.flatMap((ref) =>
    typeof ref === "object" && ref !== null && "source" in ref && ref.source === "env" && "id" in ref
      ? [String(ref.id)]
      : [],
  );
}

export const unseenWords = (names: readonly string[], dotenv: string): string =>
  `A service does not see ${names.join(" and ")}, which only this shell has. Put ${names.length === 1 ? "it" : "them"} into ${dotenv}, and run this again; or leave the service out.`;

/** A token that only this shell has is kept where the service finds it too. */
export function withTokenForService(
  draft: Draft,
  side: Pick<GatewaySide, "tokenOnlyHere" | "tokenFile">,
): Draft {
  const token = draft.gateway?.token ?? { kind: "keep" };
  if (!draft.service || !side.tokenOnlyHere || token.kind !== "keep") return draft;
  return {
    ...draft,
    gateway: { ...draft.gateway, token: { kind: "make", file: side.tokenFile, ofShell: true } },
  };
}
