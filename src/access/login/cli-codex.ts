// The Codex CLI's login, lent: seeds an empty `openai:default` and nothing else, while no other ChatGPT login is
// stored (OpenClaw docs, "The token sink"). Codex goes on owning it.
import { assessCredential } from "../../core/credential.ts";
import { AccessError } from "../../core/errors.ts";
import type { AgentId } from "../../core/ids.ts";
import type { CodexFile, LentToken } from "../codex-login.ts";
import { codexFilePath, readCodexFile } from "../codex-login.ts";
import { CODEX_PROFILE as PROFILE, isCodexOwned } from "../codex-owned.ts";
import type { CommandDeps } from "../open-deps.ts";
import { readView } from "../read-view.ts";
import type { FlowContext, Obtained } from "./flow.ts";

const PROVIDER = "openai";

/** @throws AccessError `bad_input` */
export async function codexLogin({ deps, talk, agent, profileId, force }: FlowContext): Promise<Obtained> {
  if (profileId !== undefined && profileId !== PROFILE)
    throw refused(
      `The login of the Codex CLI becomes ${PROFILE} and no other profile.`,
      `For ${profileId}: ${OWN}`,
    );
  if (!force) await checkFree(deps, agent);
  const path = codexFilePath(deps.env(), deps.paths());
  const { access, expires, accountId, email } = tokenIn(await readCodexFile(path), path, deps.now());
  talk.notify(
    `Codex keeps this login and renews it; here only its access token is used, read again from ${path} when it ends.`,
  );
  return {
    profileId: PROFILE,
    credential: {
      type: "oauth",
      provider: PROVIDER,
      access,
      expires,
      accountId,
      ...(email === undefined ? {} : { email }),
    },
  };
}

const OWN = "openclaw models auth login --provider openai --method oauth";

async function checkFree(deps: CommandDeps, agent: AgentId): Promise<void> {
  const { stored } = await readView(deps, agent);
  const taken = stored.find(
    ({ id, credential }) =>
      credential.provider === PROVIDER &&
      (id === PROFILE || credential.type === "oauth") &&
      !isCodexOwned(id, credential) &&
      assessCredential(credential).problem !== "missing_credential",
  );
  if (taken)
    throw refused(
      `${taken.id} is there already and was left as it is: the Codex CLI's login only fills an empty ${PROFILE}.`,
      `For a further account: ${OWN} --profile-id openai:<name>`,
    );
}

function tokenIn(file: CodexFile, path: string, now: number): LentToken {
  if (file.kind === "none")
    throw refused(
      `There is no login of the Codex CLI in ${path}.`,
      `Log in with it first (codex login), or set CODEX_HOME to its folder. A login that it keeps in the system's keyring cannot be lent.`,
    );
  if (file.kind === "api_key")
    throw refused(
      `The Codex CLI uses an API key (${path}), not a login.`,
      `Store a key by: openclaw models auth paste-api-key --provider openai`,
    );
  if (file.kind === "unusable") throw refused(`${path} ${file.why}.`, "Log in again with: codex login");
  if (file.token.expires <= now)
    throw refused(
      "The Codex CLI's access token has expired.",
      "Run codex once, which renews it, and try again.",
    );
  return file.token;
}

const refused = (why: string, remedy: string): AccessError =>
  new AccessError("bad_input", `${why} Nothing was saved. ${remedy}`);
