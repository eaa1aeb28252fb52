import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startIdentityProvider } from "./identity-provider.ts";

const idp = await startIdentityProvider();
after(() => idp.stop());

const ask = async (fields: Record<string, string>, url = idp.settings.tokenUrl) => {
  const body = new URLSearchParams({ client_id: idp.settings.clientId, ...fields });
  return (await (await fetch(url, { method: "POST", body })).json()) as Record<string, string>;
};
const refresh = (token: string) => ask({ grant_type: "refresh_token", refresh_token: token });

test("the identity provider of the tests rotates refresh tokens and ends a grant whose spent token comes back", async () => {
  const { access, refresh: first } = await idp.login("ada@example.com");
  const info = await fetch(idp.settings.userinfoUrl, { headers: { authorization: `Bearer ${access}` } });
  assert.equal(((await info.json()) as Record<string, string>)["email"], "ada@example.com");
  const second = (await refresh(first))["refresh_token"]!;
  assert.notEqual(second, first);
  assert.equal((await refresh(first))["error"], "invalid_grant");
  assert.equal((await refresh(second))["error"], "invalid_grant");
  assert.deepEqual(idp.counts, { codes: 1, devices: 0, refreshes: 1, refused: 2, killedGrants: 1 });
});

test("the identity provider of the tests has the device flow, with yes and no", async () => {
  const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
  const code = await ask({ scope: "openid email" }, idp.settings.deviceUrl);
  const pending = await ask({ grant_type, device_code: code["device_code"]! });
  assert.equal(pending["error"], "authorization_pending");
  await idp.approveDevice(code["user_code"]!);
  assert.ok((await ask({ grant_type, device_code: code["device_code"]! }))["refresh_token"]);
  const other = await ask({ scope: "openid" }, idp.settings.deviceUrl);
  await idp.denyDevice(other["user_code"]!);
  assert.equal((await ask({ grant_type, device_code: other["device_code"]! }))["error"], "access_denied");
});
