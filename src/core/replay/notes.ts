// What a plan made again from a receipt cannot take into account, and what its changes make of each other. Pure.
import type { ProfileId } from "../ids.ts";
import { formatModelRef } from "../model-ref.ts";
import type { Receipt } from "../receipt.ts";
import type { Change } from "./changes.ts";

type Place = { readonly model: string; readonly profileId: ProfileId };

/** @param first of the plan as it was */
export function notesOf(receipt: Receipt, first: Place | undefined): string[] {
  const notes = [];
  const picked = receipt.attempts[0];
  if (picked && (picked.profileId !== first?.profileId || picked.model !== first.model))
    notes.push(
      `The receipt lacks an input of its decision: from what it holds, ${first?.profileId ?? "nothing"} comes first, and the run began with ${picked.profileId}.`,
    );
  if (receipt.more)
    notes.push(`${receipt.more} more profiles were candidates; the receipt does not hold them.`);
  return notes;
}

/** @param texts the changes as they were typed */
export function notesOn(changes: readonly Change[], texts: readonly string[], receipt: Receipt): string[] {
  const contradictions = changes.flatMap((change, i) => {
    const at = changes.findIndex((later, j) => j > i && undoes(later, change));
    if (at === -1) return [];
    const gone = change.kind === "without";
    return [`${texts[at]} ${gone ? "names what is gone by" : "takes the place of"} ${texts[i]}.`];
  });
  return [...contradictions, ...changes.flatMap((change) => notesOnModels(change, receipt))];
}

/** Whether nothing, or not all, is left of a change once a later one is made, or that one is about what is gone. */
function undoes(later: Change, earlier: Change): boolean {
  if (earlier.kind === "without") return profilesOf(later).some((id) => earlier.ids.includes(id));
  if (earlier.kind === "cooldown" || earlier.kind === "ready")
    return (
      (later.kind === "cooldown" || later.kind === "ready") &&
      later.kind !== earlier.kind &&
      later.ids.some((id) => earlier.ids.includes(id))
    );
  if (earlier.kind === "order" || earlier.kind === "no-order")
    return (later.kind === "order" || later.kind === "no-order") && later.provider === earlier.provider;
  return later.kind === earlier.kind;
}

function profilesOf(change: Change): readonly ProfileId[] {
  if (change.kind === "pin" || change.kind === "session") return change.id === undefined ? [] : [change.id];
  return "ids" in change && change.kind !== "without" ? change.ids : [];
}

function notesOnModels(change: Change, receipt: Receipt): string[] {
  if (change.kind !== "model") return [];
  const others = change.models.map(formatModelRef).filter((model) => !receipt.models.includes(model));
  if (others.length === 0) return [];
  return [
    `The run did not ask for ${others.join(", ")}: bars of such a model alone are not in its receipt. It asked for ${receipt.models.join(", ")}.`,
  ];
}
