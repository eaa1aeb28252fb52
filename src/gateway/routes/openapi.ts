// GET /openapi.json: what this gateway answers, made from its own list of routes.
import { openApiOf } from "../openapi.ts";
import { replyJson } from "../reply.ts";
import type { Route } from "../route.ts";

export const openapi: Route = {
  method: "GET",
  path: "/openapi.json",
  scope: "read",
  summary: "This description",
  async handle(_request, response, gateway) {
    // Asked for here: the list of routes has this one in it.
    const { ROUTES } = await import("../routes.ts");
    const config = gateway.config();
    replyJson(response, 200, openApiOf(ROUTES.filter(({ enabled }) => enabled?.(config) !== false)));
  },
};
