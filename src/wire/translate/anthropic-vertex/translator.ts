// Claude on Google's Vertex AI: Anthropic's messages in another frame.
import { anthropicVertex as wire } from "../../anthropic-vertex.ts";
import { anthropicMessages } from "../anthropic-messages/translator.ts";
import type { Translator } from "../translator.ts";

export const anthropicVertex: Translator = {
  provider: {
    ...anthropicMessages.provider,
    writeRequest(request, target) {
      const written = anthropicMessages.provider.writeRequest(request, target);
      return { ...written, body: wire.bodyOf!(written.body) };
    },
  },
};
