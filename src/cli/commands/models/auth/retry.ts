import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, positionalText } from "../../../command.ts";

interface Flags {
  readonly agent?: string;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Clear what bars a profile, so that calls try it again",
    fullDescription:
      "Ends the cooldowns of an auth profile, for all its models, and forgets its failures. For when you know more than the provider has said: the account has credit again, the plan has changed. A running gateway uses the profile at once. Ids of keys from elsewhere work too: env:NAME#1, config:provider.",
  },
  parameters: {
    flags: { agent: AGENT_FLAG, json: JSON_FLAG },
    positional: {
      kind: "tuple",
      parameters: [positionalText("Auth profile", "provider:name")],
    },
  },
  async func(this: Session, { agent, json }: Flags, profileId: string) {
    const { retryProfile } = await import("../../../../access/retry.ts");
    const report = await retryProfile(await this.deps(), { profileId, agent });
    if (json) this.io.json(report);
    else this.io.out((await import("../../../render/retry.ts")).renderRetry(report));
  },
});
