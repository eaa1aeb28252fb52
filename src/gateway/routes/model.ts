// GET /v1/models/{id}
import { AccessError } from "../../core/errors.ts";
import { replyJson } from "../reply.ts";
import type { Route } from "../route.ts";
import { modelRows } from "./models.ts";

export const model: Route = {
  method: "GET",
  path: "/v1/models/",
  scope: "read",
  async handle(request, response, gateway, caller) {
    const id = decoded(request.url!.slice("/v1/models/".length).split("?")[0]!);
    const found = (await modelRows(gateway, caller)).find((row) => row.id === id);
    if (!found) throw new AccessError("bad_input", `There is no model "${id}". GET /v1/models lists them.`);
    replyJson(response, 200, found);
  },
};

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
