export const API = "openai-completions";
/** Nothing is signed here: it says whose reasoning it was. Some servers want it back while tools are called. */
export const OWN_REASONING = "own";
