import { buildCommand } from "@stricli/core";
import { PROVIDER_FLAGS } from "../../config-provider-flags.ts";
import type { SetFlags } from "../../config-set-modes.ts";
import { runWrite } from "../../config-values.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText, positionalText, switchFlag } from "../../command.ts";

const optional = (brief: string, placeholder: string) =>
  ({ ...positionalText(brief, placeholder), optional: true }) as const;

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
      ...PROVIDER_FLAGS,
      batchJson: optionalText('Several at once: [{"path", "value" | "ref" | "provider"}, …]', "json"),
      batchFile: optionalText("The same from a file", "path"),
      json: { ...JSON_FLAG, brief: "The same as --strict-json, and print one JSON document" },
    },
    positional: {
      kind: "tuple",
      parameters: [
        optional("Such as agents.defaults.model or agents.list[0].id", "path"),
        optional("JSON5 or text", "value"),
      ],
    },
  },
  async func(this: Session, flags: SetFlags, path?: string, text?: string) {
    const { wantedBy } = await import("../../config-set-modes.ts");
    const { assigned, mode } = wantedBy(flags, path, text);
    await runWrite(this, assigned, mode, flags);
  },
});
