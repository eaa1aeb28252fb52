// A credential that the person has already. Named after `openclaw models auth paste-api-key` and `paste-token`.
import * as v from "valibot";
import { parseProfileId, parseProviderId, RENAMED_PROVIDERS } from "../../../core/ids.ts";
import type { PasteKind } from "../../../access/paste-rules.ts";
import type { Call } from "../method.ts";
import { method } from "../method.ts";
import { agentId, name } from "../params.ts";

const MOST_CHARACTERS = 100_000;
const secret = v.pipe(v.string(), v.maxLength(MOST_CHARACTERS, "is too long for a credential"));
const about = { agentId, provider: name, profileId: v.optional(name) };

export const pasteMethods = {
  "models.auth.paste-api-key": method(
    "operator.admin",
    v.strictObject({ ...about, key: secret }),
    async (call, { key, ...asked }) => await store(call, "api_key", key, asked),
  ),

  "models.auth.paste-token": method(
    "operator.admin",
    v.strictObject({ ...about, token: secret, expiresIn: v.optional(name) }),
    async (call, { token, ...asked }) => await store(call, "token", token, asked),
  ),
};

interface About {
  readonly agentId?: string | undefined;
  readonly provider: string;
  readonly profileId?: string | undefined;
  readonly expiresIn?: string | undefined;
}

async function store({ deps, gateway }: Call, kind: PasteKind, pasted: string, asked: About) {
  const [{ paste }, { parseDuration }] = await Promise.all([
    import("../../../access/paste.ts"),
    import("../../../access/duration.ts"),
  ]);
  const typed = parseProviderId(asked.provider);
  const { agentId: agent, profileId, expiresIn } = asked;
  const report = await paste(deps, {
    kind,
    pasted,
    agent,
    provider: RENAMED_PROVIDERS[typed] ?? typed,
    profileId: profileId === undefined ? undefined : parseProfileId(profileId),
    expiresInMs: expiresIn === undefined ? undefined : parseDuration(expiresIn),
  });
  await gateway.agents.refresh(report.agentId);
  return report;
}
