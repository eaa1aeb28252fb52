// A server of the person's own, by its address.
import type { Talk } from "../../access/login/talk.ts";
import { faultIn } from "../../core/errors.ts";
import type { Source } from "../source.ts";
import type { CustomServer } from "../servers.ts";
import { fromCustom } from "../servers.ts";

const isAddress = (text: string) =>
  URL.parse(text.trim())?.protocol.startsWith("http") ? undefined : "An address such as https://host/v1";

export async function askCustom(talk: Talk): Promise<Source> {
  const baseUrl = await talk.text("Address of the server", "http://127.0.0.1:8000/v1", isAddress);
  const compatibility = await talk.choose<CustomServer["compatibility"]>("What does it speak?", [
    { value: "openai", label: "OpenAI chat completions" },
    { value: "openai-responses", label: "OpenAI responses" },
    { value: "anthropic", label: "Anthropic messages" },
  ]);
  const model = await talk.text("Which model", "", (text) =>
    text.trim() ? undefined : "Its name, as the server knows it",
  );
  const wanted = await talk.confirm("Does it want a key?", false);
  const server = { baseUrl, compatibility, model: model.trim(), images: false };
  if (!wanted) return fromCustom(server);
  const value = await talk.secret("Paste the key", (text) =>
    faultIn(() => fromCustom({ ...server, key: { value: text } })),
  );
  return fromCustom({ ...server, key: { value } });
}
