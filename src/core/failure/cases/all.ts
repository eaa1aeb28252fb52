// Answers of real services that are not among the recorded samples: other wordings, codes and headers, a file for each
// file of `tables/` that knows them. Written from the vendors' documentation and observed traffic; keys and ids are made up.
import { ANTHROPIC_CASES } from "./anthropic.ts";
import { AWS_CASES } from "./aws.ts";
import { CHINA_CASES } from "./china.ts";
import { CLI_CASES } from "./cli.ts";
import { GATEWAYS_CASES } from "./gateways.ts";
import { GOOGLE_CASES } from "./google.ts";
import { HOSTS_CASES } from "./hosts.ts";
import { LOCAL_CASES } from "./local.ts";
import { OPENAI_CASES } from "./openai.ts";
import { UNDESCRIBED_CASES } from "./undescribed.ts";
import type { Case } from "./case.ts";

export const FURTHER_CASES: readonly Case[] = [
  ...ANTHROPIC_CASES,
  ...CLI_CASES,
  ...OPENAI_CASES,
  ...GOOGLE_CASES,
  ...AWS_CASES,
  ...CHINA_CASES,
  ...GATEWAYS_CASES,
  ...HOSTS_CASES,
  ...LOCAL_CASES,
  ...UNDESCRIBED_CASES,
];
