// Telling an old copy that another program wrote back from a real change (DESIGN, "Never broken" 5).
// OpenClaw keeps the whole `auth_profile_store` row in memory and may write it back. Pure.
import type { Credential } from "../core/credential.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";

/** What we last did to a profile. Stored in `access_profiles`. */
export interface Written {
  /** Our newest material; both absent when we removed the profile. */
  readonly generation?: string;
  readonly credential?: Credential;
  /** Generations that stood there before our writes, `ABSENT` for none; newest last. */
  readonly replaced: readonly string[];
  /** Some profiles that stood in the row before we added this one: of its provider, else of others. */
  readonly witnesses: readonly ProfileId[];
  /** whether the witnesses are of the same provider */
  readonly kin: boolean;
  /** ms since epoch */
  readonly writtenAt: number;
}

/** In `Written.replaced`: no profile of that id. */
export const ABSENT = "";
export const REPLACED_KEPT = 32;
const WITNESSES_KEPT = 8;

/**
 * How long a profile that we removed is kept out when an old copy brings it back. Bounded, because the
 * same key may be added again on purpose with OpenClaw's own command.
 */
export const REMOVAL_HOLDS_MS = 24 * 60 * 60 * 1000;

export interface RowBefore {
  /** generation of every profile in the row, before our write */
  readonly generations: ReadonlyMap<ProfileId, string>;
  readonly providers: ReadonlyMap<ProfileId, ProviderId>;
}

/** The record of our write of one profile: `credential` with its generation, or neither for a removal. */
export function recordWrite(
  id: ProfileId,
  material: Pick<Written, "generation" | "credential">,
  provider: ProviderId | undefined,
  earlier: Written | undefined,
  before: RowBefore,
  now: number,
): Written {
  const replaced = [...(earlier?.replaced ?? []), before.generations.get(id) ?? ABSENT];
  return {
    ...material,
    replaced: [...new Set(replaced)].filter((old) => old !== material.generation).slice(-REPLACED_KEPT),
    ...(earlier && before.generations.has(id) ? witnessesOf(earlier) : witnessesIn(before, id, provider)),
    writtenAt: now,
  };
}

const witnessesOf = ({ witnesses, kin }: Written) => ({ witnesses, kin });

function witnessesIn({ generations, providers }: RowBefore, id: ProfileId, provider: ProviderId | undefined) {
  const others = [...generations.keys()].filter((other) => other !== id);
  const siblings = others.filter((other) => providers.get(other) === provider);
  const kin = siblings.length > 0;
  return { witnesses: (kin ? siblings : others).slice(0, WITNESSES_KEPT), kin };
}

export interface Seen {
  /** generation that the row shows now, `ABSENT` for none */
  readonly generation: string;
  /** ids in the row now */
  readonly present: ReadonlySet<ProfileId>;
  /** The state row lost what it said of this profile: whoever took it out knew it. */
  readonly forgotten: boolean;
}

/**
 * What the row's entry is, given what we wrote last: `ours`, an `echo` of what we replaced, or `theirs`: a
 * change or deletion by somebody who knew ours, which wins.
 */
export function judge(written: Written, seen: Seen): "ours" | "echo" | "theirs" {
  if (seen.generation === (written.generation ?? ABSENT)) return "ours";
  if (!written.replaced.includes(seen.generation)) return "theirs";
  if (written.generation === undefined || seen.generation !== ABSENT) return "echo";
  // Missing, as it was before we added it. A logout takes the provider's other profiles along, and where
  // there were none, what the state row says of it.
  const old = written.witnesses.some((id) => seen.present.has(id)) && (written.kin || !seen.forgotten);
  return old ? "echo" : "theirs";
}

/** The record once another program was seen writing a row with the profile in it: it knows the profile. */
export function acknowledged(written: Written): Written {
  if (!written.replaced.includes(ABSENT)) return written;
  return { ...written, replaced: written.replaced.filter((old) => old !== ABSENT) };
}

/** A stored record; `undefined` when it is not one of ours. */
export function parseWritten(value: JsonObject | undefined): Written | undefined {
  const well = Array.isArray(value?.["replaced"]) && Array.isArray(value["witnesses"]);
  return well && typeof value["writtenAt"] === "number" ? (value as unknown as Written) : undefined;
}
