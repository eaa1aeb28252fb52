// Ids as people type them: old provider names are understood, said, and never stored.
import type { ProfileId, ProviderId } from "../core/ids.ts";
import { isProfileId, parseProfileId, parseProviderId, RENAMED_PROVIDERS } from "../core/ids.ts";
import type { Session } from "./command.ts";
import type { Io } from "./io.ts";

/** @throws AccessError `bad_input` */
export function providerArgument(io: Pick<Io, "say">, text: string): ProviderId {
  const typed = parseProviderId(text);
  const renamed = RENAMED_PROVIDERS[typed];
  if (renamed === undefined) return typed;
  io.say(`Note: the provider ${typed} is now called ${renamed}.`);
  return renamed;
}

/**
 * An id that `agent` can use is taken as it stands, whatever its form.
 *
 * @throws AccessError `bad_input`; for an odd form also `unknown_agent`, `config_invalid`, `store_unreadable`
 */
export async function profileArgument(
  { io, deps }: Pick<Session, "io" | "deps">,
  text: string,
  agent: string | undefined,
): Promise<ProfileId> {
  const id = text.trim();
  if (id !== "" && !isProfileId(id)) {
    const { isStoredId } = await import("../access/stored-id.ts");
    if (await isStoredId(await deps(), agent, id)) return id;
  }
  const typed = parseProfileId(text);
  const colon = typed.indexOf(":");
  const renamed = RENAMED_PROVIDERS[typed.slice(0, colon).toLowerCase()];
  if (renamed === undefined) return typed;
  const present = renamed + typed.slice(colon);
  io.say(`Note: ${typed} is now called ${present}.`);
  return present;
}
