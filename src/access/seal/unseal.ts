// `secrets unseal`: the secrets go back into OpenClaw's rows.
import { AccessError } from "../../core/errors.ts";
import { unsealDatabase } from "../../store/seal/databases.ts";
import type { CommandDeps } from "../open-deps.ts";
import { keyFor } from "./key-for.ts";
import type { SealOptions, SealReport } from "./work.ts";
import { alone, countsOf, headersOf, inEach } from "./work.ts";

/**
 * A kill leaves each database sealed or not; called again, it finishes.
 *
 * @throws AccessError `bad_input` when nothing is sealed; `store_sealed`, `store_unreadable`, `store_unwritable`
 */
export const unseal = (deps: CommandDeps, options: SealOptions = {}): Promise<SealReport> =>
  alone(deps, options, async ({ hands, files }) => {
    const sealed = files.filter(({ header }) => header);
    const headers = headersOf(sealed);
    if (headers.length === 0)
      throw new AccessError("bad_input", "The credentials are not sealed. Nothing to do.");
    // All keys, before anything is changed.
    for (const header of headers) await keyFor(header, hands.keyring);
    const counts = await inEach(sealed, (at) => unsealDatabase(at, hands));
    const [former] = headers.map(({ key }) => key);
    return {
      sealed: false,
      agents: countsOf(sealed, counts),
      resumed: sealed.length < files.length,
      ...(former?.kind === "file" && { formerKeyPath: former.path }),
      notScrubbed: [],
    };
  });
