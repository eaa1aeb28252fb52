// A session at a terminal as a page: what was typed, and the screen that followed.
import type { Screen } from "./screen.ts";

const KEYS: Readonly<Record<string, string>> = { "\r": " ⏎", "\x1b[B": " ↓", "\x1b": " Esc" };

// oxlint-disable-next-line no-control-regex
const named = (keys: string): string => keys.replaceAll(/\r|\x1b\[B|\x1b/g, (key) => KEYS[key]!);

export function recording(screen: Screen) {
  const parts: string[] = [];
  return {
    async step(title: string, keys: string, until: RegExp): Promise<void> {
      // Letters and Enter apart: together they are a paste, which a window may take as text.
      // oxlint-disable-next-line no-control-regex
      for (const part of keys.split(/(?=[\r\x1b])/)) {
        screen.type(part);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      await screen.shows(until);
      const typed = keys === "" ? "" : `Typed: \`${named(keys).trim()}\`\n\n`;
      parts.push(`## ${title}\n\n${typed}\`\`\`text\n${screen.text()}\n\`\`\`\n`);
    },
    /** @param home of the program; the gateway's is not shown either */
    steps(home: string): string {
      const text = parts.join("\n").replaceAll(home, "~");
      return `${HEAD}\n${text.replaceAll(/\S*\/gateway-process-\w+/g, "~")}`;
    },
  };
}

const HEAD = `# OpenClaw's terminal window on this gateway

One session of \`openclaw tui --url ws://127.0.0.1:… --token …\`, OpenClaw 2026.7.1 as npm has it, before our gateway with a
scripted upstream on loopback. Recorded on ${new Date().toISOString().slice(0, 10)} by \`OPENCLAW_TUI_RECORD=1 npm run test:clients -- openclaw\`: the
screen after each step, as xterm draws it, without colours. Hosts beyond loopback that were asked for: 0.
`;
