// The name of what a login makes.
import type { ProfileId } from "../../core/ids.ts";
import type { Target } from "./choose.ts";

/** @param name that the login gives */
export const profileIdOf = ({ provider, login }: Target, name?: string): ProfileId =>
  `${provider.id}:${name ?? login.profile ?? "default"}`;
