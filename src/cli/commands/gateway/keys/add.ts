import { buildCommand } from "@stricli/core";
import type { KeyLimits } from "../../../../core/client-key.ts";
import { AccessError } from "../../../../core/errors.ts";
import type { Session } from "../../../command.ts";
import { JSON_FLAG, optionalText, positionalText } from "../../../command.ts";
import { numberFlag, wholeNumberFlag } from "../../../number-flag.ts";

interface Flags extends KeyLimits {
  readonly expiresIn?: string;
  readonly expiresAt?: string;
  readonly model?: readonly string[];
  readonly json: boolean;
}

const CENT = 0.01;

export default buildCommand({
  docs: { brief: "Make a key for one client; it is shown once" },
  parameters: {
    flags: {
      expiresIn: optionalText("How long it holds: 90d, 12h", "duration"),
      expiresAt: optionalText("Until when it holds: 2027-01-31, or a date with a time", "date"),
      model: {
        kind: "parsed",
        parse: String,
        brief:
          "What it may use: provider/model, provider/* or provider/gpt-*, an alias, openclaw/<agent>; all when left out",
        placeholder: "ref",
        variadic: ",",
        optional: true,
      },
      requestsPerMinute: wholeNumberFlag("--requests-per-minute", "Most requests in a minute", "n"),
      tokensPerMinute: wholeNumberFlag("--tokens-per-minute", "Most tokens in a minute", "n"),
      tokensPerDay: wholeNumberFlag("--tokens-per-day", "Most tokens in a day (UTC)", "n"),
      tokensPerMonth: wholeNumberFlag("--tokens-per-month", "Most tokens in a month (UTC)", "n"),
      dollarsPerDay: numberFlag("--dollars-per-day", "Most money in a day, by catalog prices", "usd", CENT),
      dollarsPerMonth: numberFlag("--dollars-per-month", "Most money in a month", "usd", CENT),
      json: JSON_FLAG,
    },
    positional: { kind: "tuple", parameters: [positionalText("Whose key it is: ci, anna", "name")] },
  },
  async func(this: Session, flags: Flags, name: string) {
    const [{ addKey }, { renderNewKey }] = await Promise.all([
      import("../../../../access/client-keys.ts"),
      import("../../../render/client-keys.ts"),
    ]);
    const { expiresIn, expiresAt, model = [], json, ...limits } = flags;
    const deps = await this.deps();
    const until = await expiry(expiresIn, expiresAt, deps.now());
    const wanted = { name, models: model, limits, ...(until === undefined ? {} : { expiresAt: until }) };
    const { row, key } = await addKey(deps, wanted);
    if (json) return this.io.json({ ...row, key: key.reveal() });
    this.io.out(key.reveal());
    this.io.say(renderNewKey(row));
  },
});

async function expiry(inText?: string, atText?: string, now = 0): Promise<number | undefined> {
  if (inText !== undefined && atText !== undefined)
    throw new AccessError("bad_input", "Give --expires-in or --expires-at, not both.");
  if (inText !== undefined) {
    const { parseDuration } = await import("../../../../access/duration.ts");
    return now + parseDuration(inText);
  }
  if (atText === undefined) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}/.test(atText.trim()) ? Date.parse(atText.trim()) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new AccessError("bad_input", `"${atText}" is not a date. Use 2027-01-31 or 2027-01-31T12:00:00Z.`);
}
