// GitHub Copilot. Percent that is left; asked with the GitHub token, not with the one exchanged for it.
import type { JsonObject } from "../../core/json.ts";
import type { FoundWindow } from "../../core/usage-window.ts";
import { isoAt, numberAt, objectAt, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { MALFORMED } from "./surface.ts";

const URL = "https://api.github.com/copilot_internal/user";

export const githubCopilot: UsageSurface = {
  id: "github-copilot",
  displayName: "Copilot",
  providers: ["github-copilot"],
  types: ["oauth", "token"],
  fits: isGithubToken,
  secretOf(credential) {
    if (credential.type !== "oauth") return undefined;
    return [credential.refresh, credential.access].find((text) => text !== undefined && isGithubToken(text));
  },
  request: {
    urls: {
      "https://api.individual.githubcopilot.com": URL,
      "https://api.business.githubcopilot.com": URL,
      "https://api.enterprise.githubcopilot.com": URL,
      "https://api.githubcopilot.com": URL,
    },
    headers: ({ secret }) => ({ authorization: `token ${secret}`, "x-github-api-version": "2025-04-01" }),
    meanings: {
      401: "refused the GitHub token (HTTP 401). Log in again: openclaw models auth login-github-copilot",
      404: "says that this account has no Copilot (HTTP 404)",
    },
  },
  parse(body) {
    const snapshots = objectAt(body, "quota_snapshots");
    const plan = textAt(body, "copilot_plan");
    if (!snapshots && plan === undefined) return MALFORMED;
    const resetsAt = isoAt(body, "quota_reset_date");
    return {
      windows: [
        // Plans include models that cost none of these: they are answered when nothing is left.
        ...quota(objectAt(snapshots, "premium_interactions"), "Premium", resetsAt, { exhausted: false }),
        ...quota(objectAt(snapshots, "chat"), "Chat", resetsAt, {}),
      ],
      plan,
    };
  },
};

function isGithubToken(secret: string): boolean {
  return /^(gh[a-z]_|github_pat_)/.test(secret);
}

function quota(
  snapshot: JsonObject | undefined,
  label: string,
  resetsAt: number | undefined,
  more: Pick<FoundWindow, "exhausted">,
): FoundWindow[] {
  const left = numberAt(snapshot, "percent_remaining");
  const [total, rest] = [numberAt(snapshot, "entitlement"), numberAt(snapshot, "remaining")];
  const unlimited = snapshot?.["unlimited"] === true;
  // Nothing of nothing: the plan has no such quota.
  if (left === undefined || (total === 0 && rest === 0 && !unlimited)) return [];
  return [{ label, used: unlimited ? 0 : 100 - left, resetsAt, ...more }];
}
