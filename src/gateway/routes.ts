// Every path that the gateway answers. One file per path.
import { chatCompletions } from "./routes/chat-completions.ts";
import { embeddings } from "./routes/embeddings.ts";
import { health } from "./routes/health.ts";
import { messagesCountTokens } from "./routes/messages-count-tokens.ts";
import { messages } from "./routes/messages.ts";
import { metrics } from "./routes/metrics.ts";
import { model } from "./routes/model.ts";
import { models } from "./routes/models.ts";
import { openapi } from "./routes/openapi.ts";
import { ready } from "./routes/ready.ts";
import { responses } from "./routes/responses.ts";
import { sessionHistory } from "./routes/session-history.ts";
import { toolsInvoke } from "./routes/tools-invoke.ts";
import type { Route } from "./route.ts";

export const ROUTES: readonly Route[] = [
  chatCompletions,
  responses,
  embeddings,
  messages,
  messagesCountTokens,
  models,
  model,
  sessionHistory,
  toolsInvoke,
  ...health,
  ...ready,
  ...metrics,
  openapi,
];
