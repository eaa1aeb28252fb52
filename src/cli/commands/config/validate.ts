import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG } from "../../command.ts";
import { EXIT_FAILURE } from "../../exit.ts";

export default buildCommand({
  docs: { brief: "Check openclaw.json; exit 1 when something in it cannot be used" },
  parameters: { flags: { json: JSON_FLAG } },
  async func(this: Session, { json }: { readonly json: boolean }) {
    const { loadConfig, validateConfig } = await import("../../../config/load.ts");
    const paths = (await this.deps()).paths();
    const { existsSync } = await import("node:fs");
    if (!existsSync(paths.configPath)) return absent(this, paths.configPath, json);
    const issues = validateConfig(paths);
    const valid = issues.length === 0;
    const warnings = valid ? loadConfig(paths).warnings : [];
    if (json) this.io.json({ valid, path: paths.configPath, ...(valid ? {} : { issues }), warnings });
    else if (valid) this.io.out(`${paths.configPath} is valid.`);
    else for (const { path, message } of issues) this.io.say(`${path || "the file"}: ${message}`);
    if (!json) for (const warning of warnings) this.io.say(`Warning: ${warning}`);
    if (!valid) this.exit(EXIT_FAILURE);
  },
});

/** Defaults hold without a file, but there is none to check: a wrong path must not look valid. */
function absent({ io, exit }: Session, path: string, json: boolean): void {
  if (json) io.json({ valid: false, path, error: "file not found" });
  else io.say(`${path} is not there. The defaults hold; openclaw models set <model> makes it.`);
  exit(EXIT_FAILURE);
}
