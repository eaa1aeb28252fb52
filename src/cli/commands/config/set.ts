import { buildCommand } from "@stricli/core";
import type { Assigned } from "../../../access/config-values.ts";
import { AccessError } from "../../../core/errors.ts";
import { runWrite } from "../../config-values.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText, positionalText, switchFlag } from "../../command.ts";

interface Flags {
  readonly strictJson: boolean;
  readonly merge: boolean;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly refProvider?: string;
  readonly refSource?: string;
  readonly refId?: string;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Set one value of openclaw.json; comments and everything else stay",
    fullDescription:
      'The value is read as JSON5, or else as text. A credential is better given as a reference than as a value: --ref-source env --ref-provider default --ref-id NAME. The former value can be taken back with "openclaw models undo".',
  },
  parameters: {
    flags: {
      strictJson: switchFlag("Take the value as JSON and nothing else"),
      merge: switchFlag("Add to the object or list that stands there"),
      replace: switchFlag("Replace it, also where that removes entries"),
      dryRun: switchFlag("Check, and write nothing"),
      refProvider: optionalText("Secret provider of a reference", "name"),
      refSource: optionalText("Source of a reference: env, file or exec", "source"),
      refId: optionalText("Id of a reference", "id"),
      json: { ...JSON_FLAG, brief: "The same as --strict-json, and print one JSON document" },
    },
    positional: {
      kind: "tuple",
      parameters: [
        positionalText("Such as agents.defaults.model or agents.list[0].id", "path"),
        { ...positionalText("JSON5 or text", "value"), optional: true as const },
      ],
    },
  },
  async func(this: Session, flags: Flags, typed: string, text?: string) {
    const mode = text === undefined ? "builder" : flags.strictJson || flags.json ? "json" : "value";
    await runWrite(this, [await assignment(flags, typed, text)], mode, flags);
  },
});

async function assignment(flags: Flags, typed: string, text: string | undefined): Promise<Assigned> {
  const { parseValue, valueToSet } = await import("../../../config/new-value.ts");
  const { merge, replace, strictJson, json } = flags;
  if (merge && replace) throw new AccessError("bad_input", "--merge and --replace exclude each other.");
  const value = referenceOf(flags, text) ?? parseValue(valueText(text), strictJson || json);
  return { typed, valueFor: (current, path) => valueToSet(current, { path, value, merge, replace }) };
}

function valueText(text: string | undefined): string {
  if (text !== undefined) return text;
  throw new AccessError("bad_input", "<value> is missing. See openclaw config set --help.");
}

function referenceOf({ refProvider, refSource, refId }: Flags, text: string | undefined) {
  if (refProvider === undefined && refSource === undefined && refId === undefined) return undefined;
  if (text !== undefined)
    throw new AccessError("bad_input", "Give a value or a reference (--ref-…), not both.");
  if (refProvider !== undefined && refSource !== undefined && refId !== undefined)
    return { source: refSource, provider: refProvider, id: refId };
  throw new AccessError(
    "bad_input",
    "A reference needs all three: --ref-source, --ref-provider and --ref-id.",
  );
}
