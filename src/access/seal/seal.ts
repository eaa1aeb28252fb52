// `secrets seal`: the secrets of every agent go where only a key opens them.
import { AccessError } from "../../core/errors.ts";
import type { PlacedKey } from "../../store/seal/databases.ts";
import { sealDatabase } from "../../store/seal/databases.ts";
import type { CommandDeps } from "../open-deps.ts";
import type { KeyRequest } from "./new-key.ts";
import { newKey } from "./new-key.ts";
import { keyFor } from "./key-for.ts";
import type { SealOptions, SealReport, Work } from "./work.ts";
import { alone, countsOf, headersOf, inEach, scrubAll, shownKey } from "./work.ts";

/**
 * Seals what is not sealed yet; again when called again. A kill leaves each database as it was or sealed.
 *
 * @throws AccessError `bad_input`, `store_sealed`, `store_unreadable`, `store_unwritable`
 */
export const seal = (
  deps: CommandDeps,
  request: KeyRequest,
  options: SealOptions = {},
): Promise<SealReport> =>
  alone(deps, options, async ({ hands, files }) => {
    const { key, resumed } = await keyToUse(deps, request, { hands, files });
    const counts = await inEach(files, (at) => sealDatabase(at, key, hands));
    const notScrubbed = await scrubAll(files, hands);
    const agents = countsOf(files, counts);
    return { sealed: true, key: shownKey(key.place), agents, resumed, notScrubbed };
  });

async function keyToUse(
  deps: CommandDeps,
  request: KeyRequest,
  { hands, files }: Work,
): Promise<{ readonly key: PlacedKey; readonly resumed: boolean }> {
  const [newest, ...others] = headersOf(files);
  if (!newest) {
    const key = await newKey(deps, request);
    hands.keyring.add(key.key);
    hands.step?.("key: kept");
    return { key, resumed: false };
  }
  if (others.some(({ key }) => key.id !== newest.key.id))
    throw new AccessError("bad_input", "A rekey was cut short. Finish it with: openclaw secrets rekey");
  if (request.keyFile !== undefined || request.passphrase) {
    const remedy = "For another key: openclaw secrets rekey. To seal what came since, name no key.";
    throw new AccessError(
      "bad_input",
      `The credentials are sealed already, with key ${newest.key.id}. ${remedy}`,
    );
  }
  return { key: await keyFor(newest, hands.keyring), resumed: files.some(({ header }) => !header) };
}
