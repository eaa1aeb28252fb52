// Who logged in: the tokens tell it, else the provider's userinfo endpoint is asked.
import { isProfileId } from "../../core/ids.ts";
import type { CodeClient } from "../../oauth/authorization-code.ts";
import type { Identity, IdentityPlaces } from "../../oauth/identity.ts";
import { identityIn, OPENID_PLACES, sourcesOf } from "../../oauth/identity.ts";
import { callServer } from "../../oauth/server-call.ts";

const TIMEOUT_MS = 10_000;

/** `name`: of the profile. Tokens without an owner's name are as good: no failure here ends a login. */
export async function identityOf(
  { identity: places = OPENID_PLACES, userinfoUrl }: Pick<CodeClient, "identity" | "userinfoUrl">,
  answer: Readonly<Record<string, unknown>>,
  access: string,
  signal: AbortSignal,
): Promise<Identity & { readonly name?: string }> {
  const told = sourcesOf(answer);
  const found = identityIn(told, places);
  if (found.email !== undefined || userinfoUrl === undefined) return named(found);
  const headers = { authorization: `Bearer ${access}` };
  const info = await callServer({ url: userinfoUrl, headers, timeoutMs: TIMEOUT_MS, signal });
  const userinfo = info.kind === "answer" && info.status === 200 ? info.body : undefined;
  return named(identityIn({ ...told, userinfo }, withUserinfo(places)));
}

/** An address set in access.json answers as OpenID Connect says. */
const withUserinfo = ({ email, accountId }: IdentityPlaces): IdentityPlaces => ({
  email: [...email, ["userinfo", "email"]],
  accountId,
});

function named(identity: Identity): Identity & { readonly name?: string } {
  const name = [identity.email, identity.accountId].find(
    (each) => each !== undefined && isProfileId(`p:${each}`),
  );
  return { ...identity, ...(name === undefined ? {} : { name }) };
}
