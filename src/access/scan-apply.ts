// Writes what a scan selected: fallbacks, and default and image model where they were asked for.
import type { Config, ModelChoice } from "../config/config.ts";
import { modelNamesOf } from "../config/model-names.ts";
import type { ScanSelection } from "../core/scan.ts";
import { formatModelRef, resolveModelRef } from "../core/model-ref.ts";
import type { Edit } from "./config-edit.ts";
import { writeConfig } from "./config-edit.ts";
import type { CommandDeps } from "./open-deps.ts";

export interface ScanChoice extends ScanSelection {
  readonly setDefault: boolean;
  readonly setImage: boolean;
}

/** @throws AccessError `config_invalid`, `config_conflict`, `store_unwritable` */
export const applyScan = (deps: CommandDeps, choice: ScanChoice) =>
  writeConfig(deps, (config) => scanEdits(config, choice));

/** The lists of fallbacks are replaced; an image choice stays as it is where no model takes images. */
function scanEdits(config: Config, { selected, selectedImages, setDefault, setImage }: ScanChoice): Edit[] {
  const refs = new Set([...selected, ...selectedImages]);
  const listed = new Set([...config.models.keys()].map((text) => canonical(config, text)));
  return [
    ...choiceEdits(config, "model", config.defaultModel, selected, setDefault),
    ...(selectedImages.length > 0
      ? choiceEdits(config, "imageModel", config.imageModel, selectedImages, setImage)
      : []),
    ...[...refs]
      .filter((ref) => !listed.has(ref))
      .map((ref) => ({ path: ["agents", "defaults", "models", ref], value: {} })),
  ];
}

/** A model is no fallback of itself. */
function choiceEdits(
  config: Config,
  slot: "model" | "imageModel",
  { primary: before, isString }: ModelChoice,
  selected: readonly string[],
  setsPrimary: boolean,
): Edit[] {
  const primary = setsPrimary ? selected[0] : before;
  const own = primary === undefined ? undefined : canonical(config, primary);
  const fallbacks = selected.filter((ref) => ref !== own);
  const path = ["agents", "defaults", slot];
  if (isString) return [{ path, value: { ...(primary === undefined ? {} : { primary }), fallbacks } }];
  return [
    ...(setsPrimary ? [{ path: [...path, "primary"], value: primary }] : []),
    { path: [...path, "fallbacks"], value: fallbacks },
  ];
}

function canonical(config: Config, text: string): string {
  try {
    return formatModelRef(resolveModelRef(text, modelNamesOf(config)).ref);
  } catch {
    return text;
  }
}
