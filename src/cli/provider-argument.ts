// Ids as people type them: old provider names are understood, said, and never stored.
import type { ProfileId, ProviderId } from "../core/ids.ts";
import { parseProfileId, parseProviderId, RENAMED_PROVIDERS } from "../core/ids.ts";
import type { Io } from "./io.ts";

/** @throws AccessError `bad_input` */
export function providerArgument(io: Pick<Io, "say">, text: string): ProviderId {
  const typed = parseProviderId(text);
  const renamed = RENAMED_PROVIDERS[typed];
  if (renamed === undefined) return typed;
  io.say(`Note: the provider ${typed} is now called ${renamed}.`);
  return renamed;
}

/** @throws AccessError `bad_input` */
export function profileArgument(io: Pick<Io, "say">, text: string): ProfileId {
  const typed = parseProfileId(text);
  const colon = typed.indexOf(":");
  const renamed = RENAMED_PROVIDERS[typed.slice(0, colon).toLowerCase()];
  if (renamed === undefined) return typed;
  const id = renamed + typed.slice(colon);
  io.say(`Note: ${typed} is now called ${id}.`);
  return id;
}
