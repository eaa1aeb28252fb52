// A home whose access.json names plugins, and processes on it: the command line, and the gateway.
import type { CliHome } from "./cli.ts";
import { cliHome } from "./cli.ts";

export interface PluginHome extends CliHome {
  /** Writes access.json. */
  name(plugins: unknown): void;
  /** Writes `index.js` of the plugin `./<folder>`. */
  plugin(folder: string, code: string): void;
  /** A plugin like any other: `./<folder>`, with provider `<id>`. */
  goodPlugin(folder: string, id: string): void;
  list(): Promise<any>;
  /** What `plugins list` says is wrong with a plugin. */
  fault(spec: string): Promise<string>;
}

export const API = "openclaw-access/provider";

/** The declaration of a provider that is right; fields of `more` are code. */
export const declared = (id: string, more = ""): string =>
  `{ id: "${id}", label: "${id}", api: "openai-completions", baseUrl: "http://127.0.0.1:9/v1", ${more} }`;

export function pluginHome(): PluginHome {
  const home = cliHome();
  const list = () => home.json("plugins", "list");
  return {
    ...home,
    list,
    name: (plugins) => home.write(".openclaw/access.json", JSON.stringify({ plugins })),
    plugin: (folder, code) => {
      home.write(`.openclaw/${folder}/package.json`, `{"type":"module"}`);
      home.write(`.openclaw/${folder}/index.js`, code);
    },
    goodPlugin(folder, id) {
      this.plugin(folder, `export default ${declared(id, `catalog: { models: [{ id: "m1" }] }`)};`);
    },
    fault: async (spec) => (await list()).plugins.find((row: { id: string }) => row.id === spec).error ?? "",
  };
}
