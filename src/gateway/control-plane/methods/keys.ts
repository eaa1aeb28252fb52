// Keys of the gateway's clients. Named after `openclaw gateway keys …`.
import * as v from "valibot";
import { AccessError } from "../../../core/errors.ts";
import { method } from "../method.ts";
import { flag, name, wholeNumber } from "../params.ts";

const MOST = 1e15;
const CENT = 0.01;
const count = v.exactOptional(wholeNumber(1, MOST));
const dollars = v.exactOptional(v.pipe(v.number(), v.minValue(CENT), v.maxValue(MOST)));
const MOST_MODELS = 1000;

const load = () => import("../../../access/client-keys.ts");

const wanted = v.strictObject({
  name,
  expiresIn: v.optional(name),
  /** ms since epoch */
  expiresAt: v.optional(wholeNumber(1, MOST)),
  models: v.optional(v.pipe(v.array(name), v.maxLength(MOST_MODELS)), []),
  limits: v.optional(
    v.strictObject({
      requestsPerMinute: count,
      tokensPerMinute: count,
      tokensPerDay: count,
      tokensPerMonth: count,
      dollarsPerDay: dollars,
      dollarsPerMonth: dollars,
    }),
    {},
  ),
});

const named = v.strictObject({ key: name });

export const keyMethods = {
  "gateway.keys.list": method("operator.read", v.strictObject({ all: flag }), async ({ deps }, { all }) => ({
    keys: await (await load()).listKeys(deps, all),
  })),

  /** The key's text is in this answer, and is never told again. */
  "gateway.keys.add": method("operator.admin", wanted, async ({ deps, gateway }, asked) => {
    const { expiresIn, expiresAt, ...rest } = asked;
    if (expiresIn !== undefined && expiresAt !== undefined)
      throw new AccessError("bad_input", "Give expiresIn or expiresAt, not both.");
    const until = expiresIn === undefined ? expiresAt : deps.now() + (await lengthOf(expiresIn));
    const { addKey } = await load();
    const { row, key } = await addKey(deps, {
      ...rest,
      ...(until === undefined ? {} : { expiresAt: until }),
    });
    await gateway.keys.reload();
    return { ...row, key: key.reveal() };
  }),

  /** By its name or id. Answered when no worker takes it any more. */
  "gateway.keys.revoke": method("operator.admin", named, async ({ deps, gateway }, { key }) => {
    const { revokeKey } = await load();
    const revoked = await revokeKey(deps, key);
    await gateway.keys.reload();
    return revoked;
  }),
};

const lengthOf = async (text: string): Promise<number> =>
  (await import("../../../access/duration.ts")).parseDuration(text);
