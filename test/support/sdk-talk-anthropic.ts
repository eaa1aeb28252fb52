// The talk of `sdk-talk.ts` through Anthropic's SDK.
import Anthropic from "@anthropic-ai/sdk";
import { TOKEN } from "./gateway.ts";
import type { Talk, TalkingSdk } from "./sdk-talk.ts";
import { CITY, NOTHING, OPEN_SCHEMA, PICTURE, QUESTION, SUM_UP, SYSTEM } from "./sdk-talk.ts";

const anthropic = ({ url }: Talk) => new Anthropic({ baseURL: url, apiKey: TOKEN, maxRetries: 0 });

type MessagesBody = Omit<Anthropic.MessageCreateParamsNonStreaming, "model">;
async function messagesAnswer(talk: Talk, body: MessagesBody): Promise<Anthropic.Message> {
  const { messages: resource } = anthropic(talk);
  const whole = { ...body, model: talk.model };
  return talk.streamed ? resource.stream(whole).finalMessage() : resource.create(whole);
}

const textIn = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === "text" ? block.text : "")).join("");

export const messages: TalkingSdk = {
  api: "anthropic-messages",
  async useTools(talk, run) {
    const source = { type: "base64" as const, media_type: "image/png" as const, data: PICTURE };
    const list: Anthropic.MessageParam[] = [
      {
        role: "user",
        content: [
          { type: "text", text: QUESTION },
          { type: "image", source },
        ],
      },
    ];
    const fixed = {
      max_tokens: 4000,
      system: SYSTEM,
      thinking: { type: "enabled" as const, budget_tokens: 2000 },
      tools: [
        { name: "weather", description: "Weather.", input_schema: CITY },
        { name: "time", input_schema: NOTHING },
      ],
    };
    const first = await messagesAnswer(talk, { ...fixed, messages: list });
    const calls = first.content.flatMap((block) => (block.type === "tool_use" ? [block] : []));
    const told = calls.map(({ name, input }) => ({ name, args: input }));
    const results = calls.map(({ id }, i) => ({
      type: "tool_result" as const,
      tool_use_id: id,
      content:
        told[i]!.name === "time"
          ? [
              { type: "text" as const, text: run(told[i]!) },
              { type: "image" as const, source },
            ]
          : run(told[i]!),
    }));
    list.push({ role: "assistant", content: first.content }, { role: "user", content: results });
    const second = await messagesAnswer(talk, { ...fixed, messages: list });
    list.push({ role: "assistant", content: second.content }, { role: "user", content: SUM_UP });
    const third = await messagesAnswer(talk, { max_tokens: 400, messages: list });
    return { calls: told, text: textIn(second), sum: textIn(third) };
  },
  async askForJson(talk) {
    const answer = await messagesAnswer(talk, {
      max_tokens: 400,
      messages: [{ role: "user", content: "How warm is it in Rome?" }],
      output_config: { format: { type: "json_schema", schema: OPEN_SCHEMA } },
    });
    return JSON.parse(textIn(answer));
  },
};
