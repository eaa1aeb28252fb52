export const API = "openai-responses";
