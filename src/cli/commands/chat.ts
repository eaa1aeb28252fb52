import { buildCommand } from "@stricli/core";
import { AccessError } from "../../core/errors.ts";
import type { Session } from "../command.ts";
import { optionalText } from "../command.ts";

interface Flags {
  readonly session?: string;
  readonly agent?: string;
  readonly url?: string;
  readonly token?: string;
  readonly password?: string;
}

const HANDSHAKE_MS = 10_000;

export default buildCommand({
  docs: {
    brief: "Talk to an agent in the terminal, through the running gateway",
    fullDescription:
      "The conversation is kept and goes on where it stopped. /help shows its commands: /model, /new, /status, /why and others. Ctrl-C stops an answer; again, it leaves.",
  },
  parameters: {
    flags: {
      session: optionalText("The conversation: a name, or agent:<agent>:<name>; main when left out", "key"),
      agent: optionalText("The agent; the default one when left out", "id"),
      url: optionalText("Another gateway than this machine's; takes --token or --password", "ws://…"),
      token: optionalText("The gateway's token; this machine's is known", "secret"),
      password: optionalText("The gateway's password; this machine's is known", "secret"),
    },
  },
  async func(this: Session, flags: Flags) {
    if (!this.io.inIsTerminal)
      throw new AccessError(
        "no_terminal",
        'chat talks in a terminal, and there is none. Use: openclaw agent --session <key> --message "…"',
      );
    const [{ callTarget }, { openLink }, { ChatScreen }] = await Promise.all([
      import("../../gateway/control-plane/call-target.ts"),
      import("../../gateway/control-plane/link.ts"),
      import("../chat-screen.ts"),
    ]);
    const deps = await this.deps();
    let screen: InstanceType<typeof ChatScreen> | undefined;
    const link = await openLink(await callTarget(deps, flags), {
      version: deps.version,
      timeoutMs: HANDSHAKE_MS,
      onEvent: (event, payload) => screen?.hear(event, payload),
    });
    screen = new ChatScreen(link, {
      sessionKey: flags.session ?? "main",
      ...(flags.agent === undefined ? {} : { agentId: flags.agent }),
      input: process.stdin,
      output: process.stdout,
    });
    await screen.show().finally(() => link.close());
  },
});
