// The paths of the sandbox's upstream, each with the words of its protocol.
import * as anthropic from "./anthropic.ts";
import * as anthropicErrors from "./anthropic-errors.ts";
import type { Refusal, SandboxProvider } from "./accounts.ts";
import type { Answer, Frame } from "./answer.ts";
import * as openai from "./openai.ts";
import * as openaiErrors from "./openai-errors.ts";

/** The part of a request that a simulated model reads. */
export interface Request {
  readonly model: string;
  readonly streamed: boolean;
  /** OpenAI's `stream_options.include_usage` */
  readonly withUsage: boolean;
  /** of the body, in characters */
  readonly size: number;
}

interface Errors {
  wrongKey(): Refusal;
  badRequest(message: string): Refusal;
  unknownModel(model: string): Refusal;
}

interface Common {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly providers: readonly SandboxProvider[];
  readonly errors: Errors;
}

export type Route = Common &
  (
    | { readonly kind: "list"; list(models: readonly string[]): object }
    | { readonly kind: "count"; count(inputTokens: number): object }
    | {
        readonly kind: "answer";
        whole(answer: Answer): object;
        frames(answer: Answer, pieces: readonly string[], request: Request): Frame[];
      }
  );

const OPENAI = { providers: ["sandbox-openai", "sandbox-responses"], errors: openaiErrors } as const;
const ANTHROPIC = { providers: ["sandbox-anthropic"], errors: anthropicErrors } as const;

const ROUTES: readonly Route[] = [
  { ...OPENAI, method: "GET", path: "/v1/models", kind: "list", list: openai.modelList },
  { ...ANTHROPIC, method: "GET", path: "/v1/models", kind: "list", list: anthropic.modelList },
  {
    ...OPENAI,
    method: "POST",
    path: "/v1/chat/completions",
    kind: "answer",
    whole: openai.chatCompletion,
    frames: (answer, pieces, { withUsage }) => openai.chatFrames(answer, pieces, withUsage),
  },
  {
    ...OPENAI,
    method: "POST",
    path: "/v1/responses",
    kind: "answer",
    whole: openai.response,
    frames: openai.responseFrames,
  },
  {
    ...ANTHROPIC,
    method: "POST",
    path: "/v1/messages",
    kind: "answer",
    whole: anthropic.message,
    frames: anthropic.messageFrames,
  },
  {
    ...ANTHROPIC,
    method: "POST",
    path: "/v1/messages/count_tokens",
    kind: "count",
    count: anthropic.tokenCount,
  },
];

/** The route of a path, in the words of the caller's provider where several speak on it. */
export function findRoute(method: string, path: string, provider: SandboxProvider | undefined) {
  const routes = ROUTES.filter((route) => route.method === method && route.path === path);
  return routes.find((route) => provider && route.providers.includes(provider)) ?? routes[0];
}
