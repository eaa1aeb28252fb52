// A flag that takes a port.
import { AccessError } from "../core/errors.ts";
import { optionalText } from "./command.ts";

export const portFlag = {
  ...optionalText("Port; gateway.port of openclaw.json when left out", "number"),
  parse: portNumber,
} as const;

/** @throws AccessError `bad_input` */
export function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new AccessError("bad_input", `"${text}" is not a port. Use a number from 0 to 65535.`);
}
