// Every check, in the order in which repairs build on each other. Adding one: a file in checks/ and a line here.
import type { Check } from "./check.ts";
import { authFileEndpoints } from "./checks/auth-file-endpoints.ts";
import { awsSdkMarkers } from "./checks/aws-sdk-markers.ts";
import { barredProfiles } from "./checks/barred-profiles.ts";
import { config } from "./checks/config.ts";
import { duplicateProfiles } from "./checks/duplicate-profiles.ts";
import { expiredProfiles } from "./checks/expired-profiles.ts";
import { fileModes } from "./checks/file-modes.ts";
import { hiddenProfiles } from "./checks/hidden-profiles.ts";
import { legacyAuthJson, legacyAuthProfiles } from "./checks/legacy-auth-profiles.ts";
import { legacyAuthState } from "./checks/legacy-auth-state.ts";
import { legacyOAuthJson } from "./checks/legacy-oauth-json.ts";
import { openaiCodex } from "./checks/openai-codex.ts";
import { orderMissingProfiles } from "./checks/order-missing-profiles.ts";
import { plugins } from "./checks/plugins.ts";
import { shellOnlyVariables } from "./checks/shell-only-variables.ts";
import { stores } from "./checks/stores.ts";
import { unresolvedRefs } from "./checks/unresolved-refs.ts";
import { unknownFunding } from "./checks/unknown-funding.ts";
import { unknownProviders } from "./checks/unknown-providers.ts";

export const CHECKS: readonly Check[] = [
  config,
  stores,
  // What of the old files is no credential leaves them first; the old names go when all ids are in the stores.
  authFileEndpoints,
  awsSdkMarkers,
  legacyAuthProfiles,
  legacyAuthJson,
  legacyAuthState,
  openaiCodex,
  legacyOAuthJson,
  fileModes,
  plugins,
  unknownProviders,
  unknownFunding,
  expiredProfiles,
  unresolvedRefs,
  duplicateProfiles,
  orderMissingProfiles,
  hiddenProfiles,
  barredProfiles,
  shellOnlyVariables,
];
