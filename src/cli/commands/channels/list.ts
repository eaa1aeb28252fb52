import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG } from "../../command.ts";

export default buildCommand({
  docs: {
    brief: "List the chat channels of openclaw.json, and the credentials",
    fullDescription: "Chat channels are run by OpenClaw; this program keeps their settings and runs none.",
  },
  parameters: { flags: { json: JSON_FLAG } },
  async func(this: Session, { json }: { readonly json: boolean }) {
    const { listChannels } = await import("../../../access/channels-list.ts");
    const { printable } = await import("../../render/text.ts");
    const { report: found, warnings } = await listChannels(await this.deps());
    for (const warning of warnings) this.io.say(`Warning: ${warning}`);
    if (json) return this.io.json(found);
    const report = printable(found);
    const chat = Object.entries(report.chat).map(([id, { accounts }]) => `- ${id}: ${accounts.join(", ")}`);
    const auth = report.auth.map(({ id, type }) => `- ${id} (${type})`);
    this.io.out(
      [
        "Chat channels (run by OpenClaw, not by this program):",
        ...(chat.length > 0 ? chat : ["- none configured"]),
        "Auth profiles:",
        ...(auth.length > 0 ? auth : ["- none"]),
      ].join("\n"),
    );
  },
});
