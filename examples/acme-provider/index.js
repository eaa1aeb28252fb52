// A provider as a plugin. Try it: put the path of this folder into access.json, under "plugins", and see
// `openclaw plugins list`. Walked through in docs/plugins.md.
import { defineProvider } from "openclaw-access/provider";

/** @param {Readonly<Record<string, unknown>>} options of access.json: `baseUrl` of a private Acme */
export default ({ baseUrl = "https://api.acme.example/v1" }) =>
  defineProvider({
    id: "acme",
    label: "Acme",
    aliases: ["acme-ai"],
    api: "openai-completions",
    baseUrl: String(baseUrl),
    env: ["ACME_API_KEY"],
    defaultModel: "anvil-2",
    modelAlias: "anvil",
    probeModel: "anvil-mini",
    auth: [
      { id: "api-key", kind: "api_key", label: "Acme API key" },
      { id: "sso", kind: "code", label: "Acme sign-on", run: (context) => signOn(String(baseUrl), context) },
    ],
    catalog: {
      models: [
        { id: "anvil-2", name: "Anvil 2", input: ["text", "image"], contextWindow: 200_000, maxTokens: 8192 },
        { id: "anvil-mini", name: "Anvil Mini", contextWindow: 32_000 },
      ],
      list: async (context) => (await get(`${baseUrl}/catalog`, context)).models,
    },
    usage: async (context) => {
      const { used, limit, resetsAt } = await get(`${baseUrl}/quota`, context);
      return [{ label: "Month", used, limit, unit: "credits", resetsAt: Date.parse(resetsAt) }];
    },
    failures: [
      { code: ["anvils_sold_out"], kind: "billing" },
      { text: ["the coyote is resting"], kind: "rate_limit", scope: "account" },
    ],
  });

/**
 * @param {string} baseUrl
 * @param {import("openclaw-access/provider").PluginLoginContext} context
 * @returns {Promise<import("openclaw-access/provider").PluginLogin>}
 */
async function signOn(baseUrl, { prompt, notify }) {
  const email = await prompt({ kind: "text", message: "Your address at Acme" });
  notify(`Acme sent a code to ${email}.`);
  const code = await prompt({ kind: "secret", message: "The code" });
  const answer = await fetch(`${baseUrl}/sign-on`, { method: "POST", body: JSON.stringify({ email, code }) });
  if (!answer.ok) throw new Error(`Acme refused the code ${code} (HTTP ${answer.status})`);
  const { token, expiresIn } = /** @type {any} */ (await answer.json());
  return {
    credential: { type: "token", token, expires: Date.now() + expiresIn * 1000, email },
    name: email,
  };
}

/**
 * @param {string} url
 * @returns {Promise<any>}
 * @param {import("openclaw-access/provider").PluginCallContext} context
 */
async function get(url, { secret, signal }) {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${secret}` }, signal });
  if (!answer.ok) throw new Error(`${url} answered with HTTP ${answer.status}`);
  return await answer.json();
}
