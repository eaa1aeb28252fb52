// What a form says of each setting that this program reads, by its place; `*` stands for any key, `[]` for an entry of
// a list. Data.

export interface Hint {
  readonly label: string;
  readonly help?: string;
  readonly advanced?: true;
  /** The value is shown to nobody. */
  readonly sensitive?: true;
  readonly placeholder?: string;
}

const hint = (label: string, help?: string, more: Omit<Hint, "label" | "help"> = {}): Hint => ({
  label,
  ...(help === undefined ? {} : { help }),
  ...more,
});
const advanced = { advanced: true } as const;
const sensitive = { sensitive: true } as const;

export const HINTS: Readonly<Record<string, Hint>> = {
  agents: hint("Agents", "Named sets of workspace, sessions and credentials."),
  "agents.defaults": hint("Defaults of all agents"),
  "agents.defaults.model": hint(
    "Default model",
    "The model of calls that name none, and what is tried after it.",
    {
      placeholder: "anthropic/claude-opus-4-8",
    },
  ),
  "agents.defaults.model.primary": hint("Model", "provider/model, or an alias."),
  "agents.defaults.model.fallbacks": hint("Fallbacks", "Models to try in turn when the first cannot answer."),
  "agents.defaults.imageModel": hint("Image model"),
  "agents.defaults.imageModel.primary": hint("Model", "provider/model, or an alias."),
  "agents.defaults.imageModel.fallbacks": hint(
    "Fallbacks",
    "Models to try in turn when the first cannot answer.",
  ),
  "agents.defaults.models": hint("Listed models", "Models by provider/model, with their names."),
  "agents.defaults.models.*.alias": hint("Alias", "A short name for the model."),
  "agents.list": hint("Agents"),
  "agents.list[].id": hint("Id", "Lower-case letters, digits, - and _."),
  "agents.list[].name": hint("Name"),
  "agents.list[].default": hint("Default agent"),
  "agents.list[].workspace": hint("Workspace", "The folder in which the agent works."),
  "agents.list[].agentDir": hint("Agent folder", "Where its credentials are.", advanced),
  "agents.list[].model": hint("Model", "As text it is strict: nothing is tried after it."),

  auth: hint("Credentials"),
  "auth.profiles": hint("Profiles", "What each stored credential is; never the credential itself."),
  "auth.profiles.*.provider": hint("Provider"),
  "auth.profiles.*.mode": hint("Kind"),
  "auth.profiles.*.email": hint("E-mail address"),
  "auth.profiles.*.displayName": hint("Name"),
  "auth.order": hint("Order", "Profile ids by provider. It is exact: what it leaves out is not used."),
  "auth.cooldowns": hint("Bars", "How long a credential rests after failures.", advanced),
  "auth.cooldowns.billingBackoffHours": hint("Out of credit: first, hours", undefined, advanced),
  "auth.cooldowns.billingBackoffHoursByProvider": hint(
    "Out of credit: first, by provider",
    undefined,
    advanced,
  ),
  "auth.cooldowns.billingMaxHours": hint("Out of credit: longest, hours", undefined, advanced),
  "auth.cooldowns.authPermanentBackoffMinutes": hint("Revoked: first, minutes", undefined, advanced),
  "auth.cooldowns.authPermanentMaxMinutes": hint("Revoked: longest, minutes", undefined, advanced),
  "auth.cooldowns.failureWindowHours": hint("Failures are forgotten after, hours", undefined, advanced),
  "auth.cooldowns.overloadedBackoffMs": hint("Overloaded: pause, ms", undefined, advanced),
  "auth.cooldowns.overloadedProfileRotations": hint("Overloaded: further profiles", undefined, advanced),
  "auth.cooldowns.rateLimitedProfileRotations": hint("Rate limit: further profiles", undefined, advanced),

  models: hint("Providers and models"),
  "models.mode": hint("Catalog", "merge adds to what is built in, replace stands alone.", advanced),
  "models.providers": hint("Providers"),
  "models.providers.*.baseUrl": hint("Address", undefined, { placeholder: "https://api.example.com/v1" }),
  "models.providers.*.api": hint("Protocol", undefined, { placeholder: "openai-completions" }),
  "models.providers.*.apiKey": hint(
    "API key",
    "A reference, or the key. Stored profiles go before it.",
    sensitive,
  ),
  "models.providers.*.auth": hint("Way to credentials", undefined, advanced),
  "models.providers.*.headers": hint("Headers of each call", undefined, advanced),
  "models.providers.*.headers.*": hint("Value", undefined, sensitive),
  "models.providers.*.timeoutSeconds": hint("Longest answer, seconds", undefined, advanced),
  "models.providers.*.contextWindow": hint("Context window, tokens", undefined, advanced),
  "models.providers.*.contextTokens": hint("Used context, tokens", undefined, advanced),
  "models.providers.*.maxTokens": hint("Longest answer, tokens", undefined, advanced),
  "models.providers.*.models": hint("Models"),
  "models.providers.*.models[].id": hint("Id"),
  "models.providers.*.models[].name": hint("Name"),
  "models.providers.*.models[].input": hint("Takes", "text, image"),

  env: hint("Environment", "Variables for this program, where the environment has none."),
  "env.vars": hint("Variables"),
  "env.vars.*": hint("Value", undefined, sensitive),
  "env.*": hint("Value", undefined, sensitive),
  "env.shellEnv": hint("From the login shell", undefined, advanced),
  "env.shellEnv.enabled": hint("Ask the shell for missing keys"),
  "env.shellEnv.timeoutMs": hint("Longest wait, ms", undefined, advanced),

  gateway: hint("Gateway"),
  "gateway.mode": hint("Mode", "local: it runs on this machine."),
  "gateway.port": hint("Port", undefined, { placeholder: "18789" }),
  "gateway.bind": hint("Listens on", "loopback, lan, tailnet, auto or custom."),
  "gateway.customBindHost": hint("Address to listen on", "With custom.", advanced),
  "gateway.auth": hint("Who may come in"),
  "gateway.auth.mode": hint("Asks for", "none is for loopback alone."),
  "gateway.auth.token": hint("Token", "Made at the first start when there is none.", sensitive),
  "gateway.auth.password": hint("Password", undefined, sensitive),
  "gateway.auth.rateLimit": hint("After wrong secrets", undefined, advanced),
  "gateway.auth.trustedProxy": hint("Trusted proxy", "It names the user in a header.", advanced),
  "gateway.trustedProxies": hint("Proxies", "Addresses whose word counts.", advanced),
  "gateway.allowRealIpFallback": hint("Take X-Real-IP", undefined, advanced),
  "gateway.tls": hint("TLS"),
  "gateway.tls.enabled": hint("Speak TLS"),
  "gateway.tls.autoGenerate": hint("Make a certificate"),
  "gateway.tls.certPath": hint("Certificate", "A file."),
  "gateway.tls.keyPath": hint("Key", "A file."),
  "gateway.tls.caPath": hint("Authority", "A file.", advanced),
  "gateway.http.endpoints": hint("HTTP endpoints"),
  "gateway.controlUi.allowedOrigins": hint("Origins of pages", "Beside the gateway's own.", advanced),
  "gateway.reload": hint("Edits of the config"),
  "gateway.reload.mode": hint("When it changes", "off, hot, restart or hybrid."),
  "gateway.reload.debounceMs": hint("Pause after an edit, ms", undefined, advanced),

  logging: hint("Logging"),
  "logging.file": hint("File", "One for each day in the state dir's logs when left out.", advanced),
  "logging.level": hint("Level of the file"),
  "logging.consoleLevel": hint("Level of the terminal"),
  "logging.maxFileBytes": hint("Largest file, bytes", undefined, advanced),

  secrets: hint("Secrets", "Where references find their values."),
  "secrets.providers": hint("Sources"),
  "secrets.defaults": hint("Default sources", undefined, advanced),
  "secrets.resolution": hint("Limits", undefined, advanced),
};
