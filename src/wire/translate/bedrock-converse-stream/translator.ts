import type { Translator } from "../translator.ts";
import { readAnswer, reader } from "./read-answer.ts";
import { writeRequest } from "./write-request.ts";

export const bedrockConverseStream: Translator = { provider: { writeRequest, reader, readAnswer } };
