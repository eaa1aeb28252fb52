// POST /tools/invoke: OpenClaw's door to single tools of an agent. This gateway has none, and says so as OpenClaw does
// of a tool that is not there (gateway spec §2; OpenClaw docs, "Tools invoke API").
import { readBody } from "../body.ts";
import { replyNotOk } from "../reply.ts";
import type { Route } from "../route.ts";

const LARGEST_BYTES = 2 * 1024 * 1024;

export const toolsInvoke: Route = {
  method: "POST",
  path: "/tools/invoke",
  summary: "Tools of an agent; this gateway has none",
  async handle(request, response) {
    const { json } = await readBody(request, LARGEST_BYTES);
    const name = json["name"] ?? json["tool"];
    if (typeof name !== "string" || name === "")
      return replyNotOk(response, 400, "invalid_request", "tools.invoke requires name, the tool's.");
    replyNotOk(response, 404, "not_found", `Tool not available: ${name.slice(0, 100)}.`);
  },
};
