// AWS's own credentials: nothing is stored, and the config is told that the provider's calls go that way
// (OpenClaw docs, "Amazon Bedrock"; "Config-only auth routes").
import { AccessError } from "../../core/errors.ts";
import { findProvider } from "../../providers/all.ts";
import type { Environment } from "../../secrets/env.ts";
import { AWS_SDK, awsMarker } from "../aws-route.ts";
import type { FlowContext, ObtainedRoute } from "./flow.ts";

/** @throws AccessError `bad_input`, `cancelled` */
export async function awsLogin({ deps, provider, label, talk, force }: FlowContext): Promise<ObtainedRoute> {
  if (force)
    throw new AccessError(
      "bad_input",
      "A way to AWS's own credentials replaces no profile: leave --force out.",
    );
  const baseUrl = findProvider(provider)!.baseUrl!.replace("{region}", regionOf(deps.env()));
  const marker = awsMarker(deps.env(), deps.paths().home);
  talk.notify(
    marker === undefined ? NOT_SEEN : `AWS credentials are there: ${marker}. They stay where they are.`,
  );
  if (talk.silent) return named(marker, baseUrl);
  const question = `Send calls of ${label} by AWS's own credentials? openclaw.json is told so (${baseUrl}).`;
  if (await talk.confirm(question, marker !== undefined)) return { route: AWS_SDK, baseUrl };
  throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
}

/** Nobody to ask: who named the way has said yes, as long as there is something at its end. */
function named(marker: string | undefined, baseUrl: string): ObtainedRoute {
  if (marker !== undefined) return { route: AWS_SDK, baseUrl };
  throw new AccessError(
    "no_terminal",
    "Without AWS credentials in sight this is only done on a terminal, after a question. Nothing was changed.",
  );
}

const NOT_SEEN =
  "Nothing here shows AWS credentials: no AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, no AWS_PROFILE, no default profile in ~/.aws. With an instance role set AWS_PROFILE=default, so that status sees it.";

const regionOf = (env: Environment): string =>
  [env["AWS_REGION"], env["AWS_DEFAULT_REGION"]]
    .find((name) => /^[a-z0-9-]+$/.test(name?.trim() ?? ""))
    ?.trim() ?? "us-east-1";
