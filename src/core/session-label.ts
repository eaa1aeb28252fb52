// What a person calls a conversation: by OpenClaw's rules, one of an agent's at most has a label. Pure.
import { AccessError } from "./errors.ts";
import type { Session } from "./session.ts";

const LONGEST = 512;

/** @throws AccessError `bad_input` */
export function parseSessionLabel(text: string): string {
  const label = text.trim();
  if (label !== "" && label.length <= LONGEST && !/\p{Cc}/u.test(label)) return label;
  throw new AccessError("bad_input", `A label has 1 to ${LONGEST} visible characters.`);
}

/**
 * @param label `null` takes it back, `undefined` leaves it
 * @param others the agent's conversations
 * @throws AccessError `bad_input` when it cannot be one, or is another conversation's
 */
export function labelled(
  key: string,
  label: string | null | undefined,
  others: readonly Session[],
): (session: Session) => Session {
  const wanted = typeof label === "string" ? parseSessionLabel(label) : undefined;
  const holder = others.find((session) => session.label === wanted && session.key !== key);
  if (wanted !== undefined && holder)
    throw new AccessError("bad_input", `label already in use: ${wanted} (${holder.key})`);
  return ({ label: held, ...rest }) => {
    const called = label === undefined ? held : wanted;
    return called === undefined ? rest : { ...rest, label: called };
  };
}
