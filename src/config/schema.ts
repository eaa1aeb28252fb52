// The shape of openclaw.json's sections, as data: fidelity spec §1.2, §9; gateway spec §1.
// Unknown keys are allowed everywhere and dropped here.
import * as v from "valibot";
import { isObject } from "../core/json.ts";
import {
  flag,
  list,
  object,
  oneOf,
  openObject,
  positive,
  table,
  text,
  wholeNumber,
  word,
} from "./schema-parts.ts";
import { secretInput, secrets } from "./schema-secrets.ts";

const YEAR_HOURS = 8760;
const hours = v.exactOptional(positive(YEAR_HOURS, "hours"));
const minutes = v.exactOptional(positive(YEAR_HOURS * 60, "minutes"));
const rotations = v.exactOptional(wholeNumber(0, 1000));
const modelObject = object({ primary: v.exactOptional(text), fallbacks: v.exactOptional(list(text)) });
const noModel = v.custom<never>(() => false, "must be text or an object with primary and fallbacks");
const model = v.lazy((input): typeof text | typeof modelObject | typeof noModel => {
  if (typeof input === "string") return text;
  return isObject(input) ? modelObject : noModel;
});

const agentId = v.pipe(
  text,
  v.trim(),
  v.toLowerCase(),
  v.regex(/^[a-z0-9_][a-z0-9_-]{0,63}$/, "must be letters, digits, - or _, not beginning with -"),
);

const agents = object({
  defaults: v.exactOptional(
    object({
      model: v.exactOptional(model),
      imageModel: v.exactOptional(model),
      models: v.exactOptional(
        table(object({ alias: v.exactOptional(text), agentRuntime: v.exactOptional(v.unknown()) })),
      ),
      cliBackends: v.exactOptional(v.unknown()),
      timeoutSeconds: v.exactOptional(v.unknown()),
      maxConcurrent: v.exactOptional(v.unknown()),
      workspace: v.exactOptional(v.unknown()),
      memorySearch: v.exactOptional(v.unknown()),
    }),
  ),
  list: v.exactOptional(
    list(
      object({
        id: agentId,
        name: v.exactOptional(text),
        default: v.exactOptional(flag),
        workspace: v.exactOptional(text),
        agentDir: v.exactOptional(word),
        model: v.exactOptional(model),
        memorySearch: v.exactOptional(v.unknown()),
      }),
    ),
  ),
});

const auth = object({
  profiles: v.exactOptional(
    table(
      object({
        provider: v.pipe(word, v.toLowerCase()),
        mode: oneOf("api_key", "token", "oauth", "aws-sdk"),
        email: v.exactOptional(text),
        displayName: v.exactOptional(text),
      }),
    ),
  ),
  order: v.exactOptional(table(list(text))),
  cooldowns: v.exactOptional(
    object({
      billingBackoffHours: hours,
      billingBackoffHoursByProvider: v.exactOptional(table(positive(YEAR_HOURS, "hours"))),
      billingMaxHours: hours,
      authPermanentBackoffMinutes: minutes,
      authPermanentMaxMinutes: minutes,
      failureWindowHours: hours,
      overloadedBackoffMs: v.exactOptional(wholeNumber(0, 600_000)),
      overloadedProfileRotations: rotations,
      rateLimitedProfileRotations: rotations,
    }),
  ),
});

const tokens = v.exactOptional(wholeNumber(1, 1e9));
const models = object({
  mode: v.exactOptional(oneOf("merge", "replace")),
  providers: v.exactOptional(
    table(
      object({
        baseUrl: v.exactOptional(text),
        api: v.exactOptional(text),
        apiKey: v.exactOptional(secretInput),
        auth: v.exactOptional(text),
        headers: v.exactOptional(table(secretInput)),
        timeoutSeconds: v.exactOptional(positive(86_400, "seconds")),
        contextWindow: tokens,
        contextTokens: tokens,
        maxTokens: tokens,
        models: v.exactOptional(
          list(
            object({
              id: word,
              name: v.exactOptional(text),
              input: v.exactOptional(list(text)),
              contextWindow: tokens,
              contextTokens: tokens,
              maxTokens: tokens,
              cost: v.exactOptional(v.unknown()),
              reasoning: v.exactOptional(v.unknown()),
            }),
          ),
        ),
      }),
    ),
  ),
});

const env = openObject(
  {
    vars: v.exactOptional(table(text)),
    shellEnv: v.exactOptional(
      object({ enabled: v.exactOptional(flag), timeoutMs: v.exactOptional(wholeNumber(0, 600_000)) }),
    ),
  },
  text,
);

const DAY_MS = 86_400_000;
const headerName = v.pipe(
  text,
  v.trim(),
  v.toLowerCase(),
  v.regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/, "must be the name of a header, such as x-forwarded-user"),
);
const networkAddress = v.pipe(
  text,
  v.trim(),
  v.regex(/^[0-9a-fA-F:.]+(\/\d{1,3})?$/, "must be an address or a range, such as 10.0.0.1 or 10.0.0.0/24"),
);
const endpoint = v.exactOptional(
  object({ enabled: v.exactOptional(flag), maxBodyBytes: v.exactOptional(wholeNumber(1, 1024 ** 3)) }),
);
const gateway = object({
  mode: v.exactOptional(text),
  port: v.exactOptional(wholeNumber(1, 65_535)),
  bind: v.exactOptional(word),
  auth: v.exactOptional(
    object({
      mode: v.exactOptional(oneOf("none", "token", "password", "trusted-proxy")),
      token: v.exactOptional(secretInput),
      password: v.exactOptional(secretInput),
      rateLimit: v.exactOptional(
        object({
          maxAttempts: v.exactOptional(wholeNumber(1, 1_000_000)),
          windowMs: v.exactOptional(wholeNumber(1, DAY_MS)),
          lockoutMs: v.exactOptional(wholeNumber(1, DAY_MS)),
          exemptLoopback: v.exactOptional(flag),
        }),
      ),
      trustedProxy: v.exactOptional(
        object({
          userHeader: v.exactOptional(headerName),
          requiredHeaders: v.exactOptional(list(headerName)),
          allowUsers: v.exactOptional(list(text)),
          allowLoopback: v.exactOptional(flag),
        }),
      ),
    }),
  ),
  customBindHost: v.exactOptional(word),
  trustedProxies: v.exactOptional(list(networkAddress)),
  allowRealIpFallback: v.exactOptional(flag),
  tls: v.exactOptional(
    object({
      enabled: v.exactOptional(flag),
      autoGenerate: v.exactOptional(flag),
      certPath: v.exactOptional(word),
      keyPath: v.exactOptional(word),
      caPath: v.exactOptional(word),
    }),
  ),
  http: v.exactOptional(
    object({ endpoints: v.exactOptional(object({ chatCompletions: endpoint, responses: endpoint })) }),
  ),
  controlUi: v.exactOptional(object({ allowedOrigins: v.exactOptional(list(text)) })),
  reload: v.exactOptional(
    object({
      mode: v.exactOptional(oneOf("off", "hot", "restart", "hybrid")),
      debounceMs: v.exactOptional(wholeNumber(0, 60_000)),
    }),
  ),
});

const level = v.exactOptional(oneOf("silent", "fatal", "error", "warn", "info", "debug", "trace"));
const logging = object({
  file: v.exactOptional(text),
  level,
  consoleLevel: level,
  maxFileBytes: v.exactOptional(wholeNumber(1, 2 ** 40)),
});

/** Sections of the file, by their key. */
export const SECTIONS = { agents, auth, models, env, gateway, logging, secrets };
export type Sections = { readonly [S in keyof typeof SECTIONS]: v.InferOutput<(typeof SECTIONS)[S]> };
export type SectionName = keyof Sections;
