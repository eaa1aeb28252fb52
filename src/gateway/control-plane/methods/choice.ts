// Which models are used: `openclaw models set`, `set-image`, `aliases`, `fallbacks`, `image-fallbacks`.
import * as v from "valibot";
import type { ChoiceReport, Slot } from "../../../access/model-choice.ts";
import type { CommandDeps } from "../../../access/open-deps.ts";
import type { Method } from "../method.ts";
import { fresh, method } from "../method.ts";
import { name, nothing } from "../params.ts";

const load = () => import("../../../access/model-choice.ts");
const one = v.strictObject({ model: name });

type Change = (deps: CommandDeps, slot: Slot, model: string) => Promise<ChoiceReport>;
const change = (slot: Slot, pick: (choice: Awaited<ReturnType<typeof load>>) => Change) =>
  method("operator.admin", one, async ({ deps }, { model }) => await pick(await load())(deps, slot, model));

const listOf = <N extends string>(group: N, slot: Slot) =>
  ({
    [`${group}.list`]: method("operator.read", nothing, async ({ deps }) => {
      const { slot: _, changed: __, ...choice } = (await load()).readChoice(fresh(deps), slot);
      return choice;
    }),
    [`${group}.add`]: change(slot, ({ addFallback }) => addFallback),
    [`${group}.remove`]: change(slot, ({ removeFallback }) => removeFallback),
    [`${group}.clear`]: method("operator.admin", nothing, async ({ deps }) =>
      (await load()).clearFallbacks(deps, slot),
    ),
  }) satisfies Record<string, Method>;

export const choiceMethods = {
  "models.set": change("model", ({ setPrimary }) => setPrimary),
  "models.set-image": change("imageModel", ({ setPrimary }) => setPrimary),
  ...listOf("models.fallbacks", "model"),
  ...listOf("models.image-fallbacks", "imageModel"),

  "models.aliases.list": method("operator.read", nothing, async ({ deps }) =>
    (await load()).readAliases(fresh(deps)),
  ),
  "models.aliases.add": method(
    "operator.admin",
    v.strictObject({ alias: name, model: name }),
    async ({ deps }, { alias, model }) => await (await load()).addAlias(deps, alias, model),
  ),
  "models.aliases.remove": method(
    "operator.admin",
    v.strictObject({ alias: name }),
    async ({ deps }, { alias }) => await (await load()).removeAlias(deps, alias),
  ),
};
