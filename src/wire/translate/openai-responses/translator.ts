import type { Translator } from "../translator.ts";
import { readAnswer, reader } from "./read-answer.ts";
import { readRequest } from "./read-request.ts";
import { writeAnswer, writer } from "./write-answer.ts";
import { writeRequest } from "./write-request.ts";

export const openaiResponses: Translator = {
  provider: { writeRequest, reader, readAnswer },
  client: { readRequest, writer, writeAnswer },
};
