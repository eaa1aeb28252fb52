// All secrets that a running gateway has in memory, for what must not tell them.
import type { AgentView } from "../../access/agent-view.ts";
import { Secret } from "../../core/secret.ts";
import type { Gateway } from "../gateway.ts";
import type { Current } from "../http.ts";

/** One object for each of the strings, so that who has learnt it knows it again. */
const made = new WeakMap<object, readonly Secret[]>();

export function* knownSecrets(
  { agents }: Pick<Gateway, "agents">,
  { gateway, guard }: Current,
): Iterable<Secret> {
  if (guard.secret) yield guard.secret;
  const { oauth } = gateway.accessConfig();
  yield* once(oauth, () => Object.values(oauth).map(({ clientSecret }) => clientSecret));
  for (const { view } of agents.all()) {
    yield* view.secrets.values();
    yield* once(view.stored, () => refreshTokens(view));
  }
}

const refreshTokens = ({ stored }: AgentView): unknown[] =>
  stored.map(({ credential }) => (credential.type === "oauth" ? credential.refresh : undefined));

function once(owner: object, texts: () => readonly unknown[]): readonly Secret[] {
  const known = made.get(owner);
  if (known) return known;
  const secrets = texts().flatMap((text) =>
    typeof text === "string" && text !== "" ? [new Secret(text)] : [],
  );
  made.set(owner, secrets);
  return secrets;
}
