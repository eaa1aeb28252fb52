// Which table a provider id uses. Variants of one vendor share theirs.
import type { RuleTable } from "../rule.ts";
import { ANTHROPIC_TABLES } from "./anthropic.ts";
import { AWS_TABLES } from "./aws.ts";
import { CHINA_TABLES } from "./china.ts";
import { GATEWAY_TABLES } from "./gateways.ts";
import { GOOGLE_TABLES } from "./google.ts";
import { HOST_TABLES } from "./hosts.ts";
import { LOCAL_TABLES } from "./local.ts";
import { OPENAI_TABLES } from "./openai.ts";
import { PLAN_TABLES } from "./plans.ts";

const TABLES: readonly RuleTable[] = [
  ...ANTHROPIC_TABLES,
  ...OPENAI_TABLES,
  ...GOOGLE_TABLES,
  ...AWS_TABLES,
  ...CHINA_TABLES,
  ...PLAN_TABLES,
  ...GATEWAY_TABLES,
  ...HOST_TABLES,
  ...LOCAL_TABLES,
];

const BY_PROVIDER: ReadonlyMap<string, RuleTable> = new Map(
  TABLES.flatMap((table) => table.providers.map((id) => [id, table] as const)),
);

/** `undefined` for a provider that nobody has described: the general rules serve it. */
export const tableOf = (provider: string): RuleTable | undefined => BY_PROVIDER.get(provider);
