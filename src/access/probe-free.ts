// `models status --probe-free`: credentials are checked without a token being spent. A list of models is asked for
// with each; it says something about the credential only where the same question without one is refused, so that
// is asked first, once for each provider. No completion is ever asked for.
import type { AuthProfile } from "../core/credential.ts";
import { classify } from "../core/failure/classify.ts";
import type { Failure, UpstreamAnswer } from "../core/failure/failure.ts";
import type { HealthEvent } from "../core/health.ts";
import { WHOLE_PROFILE } from "../core/health.ts";
import type { ProviderId } from "../core/ids.ts";
import type { ProbeRow } from "../core/probe.ts";
import { probeStatus } from "../core/probe.ts";
import type { CliBackend } from "../providers/cli-backends.ts";
import { parseModelList } from "../providers/model-list-answer.ts";
import { boundedText, networkWords } from "../wire/http-answer.ts";
import type { AgentView } from "./agent-view.ts";
import { networkAnswer } from "./answer.ts";
import type { Deps } from "./deps.ts";
import { listAddress } from "./model-question.ts";
import { loginOf } from "./probe-programs.ts";
import { baseRow, programFor } from "./probe-rows.ts";
import { routeTo } from "./provider-route.ts";
import { configuredHeaders, credentialHeaders } from "./request-auth.ts";

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_ERROR_BYTES = 64 * 1024;

export interface FreeContext {
  readonly deps: Deps;
  readonly view: AgentView;
  /** ms for one question */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface FreeFinding {
  readonly row: ProbeRow;
  /** what it proves of the credential's health, if anything */
  readonly event?: HealthEvent;
}

/** Why the provider's list says nothing about any credential: in words, or because nothing answers there. */
type Unfit = { readonly words: string } | { readonly failure: Failure; readonly latencyMs: number };

/** The questions of one run; what a provider says to nobody is asked once. */
export class FreeProbe {
  readonly #context: FreeContext;
  readonly #unfit = new Map<ProviderId, Promise<Unfit | undefined>>();

  constructor(context: FreeContext) {
    this.#context = context;
  }

  /** Never rejects. `undefined` when the signal came first. */
  async ask(profile: AuthProfile): Promise<FreeFinding | undefined> {
    const { deps, signal } = this.#context;
    const row = baseRow(profile, undefined);
    const program = programFor(profile, deps.config());
    if (program) return this.#askProgram(profile, program);
    const unfit = await this.#unfitness(profile.provider);
    const startedAt = deps.now();
    const failure = unfit ? undefined : await this.#question(profile.provider, profile);
    if (signal?.aborted) return undefined;
    if (unfit && "words" in unfit) return { row: { ...row, status: "unknown", error: unfit.words } };
    if (unfit) return { row: { ...row, ...failedRow(unfit.failure, unfit.latencyMs) } };
    const at = deps.now();
    const latencyMs = Math.max(0, at - startedAt);
    if (failure) {
      const found = { ...row, ...failedRow(failure, latencyMs) };
      return { row: found, ...this.#condemned(failure, startedAt, at) };
    }
    return { row: { ...row, status: "ok", latencyMs }, ...this.#healed(profile, at) };
  }

  async #askProgram(profile: AuthProfile, program: CliBackend): Promise<FreeFinding | undefined> {
    const { deps, timeoutMs, signal } = this.#context;
    const startedAt = deps.now();
    const state = await loginOf(deps, program, timeoutMs, signal);
    if (signal?.aborted) return undefined;
    const at = deps.now();
    const row = { ...baseRow(profile, undefined), ...state, latencyMs: Math.max(0, at - startedAt) };
    // One that is not logged in may have another key of its owner's: only a call can tell.
    return { row, ...(state.status === "ok" ? this.#healed(profile, at) : {}) };
  }

  #unfitness(provider: ProviderId): Promise<Unfit | undefined> {
    const known = this.#unfit.get(provider) ?? this.#askWithout(provider);
    this.#unfit.set(provider, known);
    return known;
  }

  async #askWithout(provider: ProviderId): Promise<Unfit | undefined> {
    const { deps } = this.#context;
    const address = listAddress(deps.config(), provider);
    if (!address) return { words: `${provider} has no list of models to ask for. ${REMEDY}` };
    const startedAt = deps.now();
    const failure = address.open ? undefined : await this.#question(provider);
    if (!failure)
      return { words: `The model list of ${provider} is open to everybody and proves nothing. ${REMEDY}` };
    const { status, kind } = failure;
    if (status === undefined && kind === "timeout") return { failure, latencyMs: deps.now() - startedAt };
    if (NO_SUCH_PAGE.has(status ?? 0))
      return { words: `${provider} has no list of models to ask for (HTTP ${status}). ${REMEDY}` };
    return undefined;
  }

  /** Why there was no list; nothing when there was one. */
  async #question(provider: ProviderId, profile?: AuthProfile): Promise<Failure | undefined> {
    const { deps, view, timeoutMs, signal } = this.#context;
    const route = routeTo(deps.config(), provider)!;
    const { url } = listAddress(deps.config(), provider)!;
    const secret = profile && view.secrets.get(profile.id);
    const own = profile ? pairs(credentialHeaders(route, profile, secret)) : [];
    // What the config adds may be the credential, and is none that a profile has.
    const configured = profile ? configuredHeaders(route, deps.env()) : [];
    const headers = new Map([...own, ...configured.map(([name, value]) => [name, value.reveal()] as const)]);
    const late = AbortSignal.timeout(timeoutMs);
    const answer = await answerOf(url, headers, signal ? AbortSignal.any([signal, late]) : late, timeoutMs);
    if (!answer) return undefined;
    const judged = classify(provider, answer, deps.now());
    const secrets = [...(secret ? [secret] : []), ...configured.map(([, value]) => value)];
    return { ...judged, message: secrets.reduce((text, one) => one.hideIn(text), judged.message) };
  }

  /**
   * A refusal is recorded where it is sure: a key may be barred from lists alone (403), and their limits and
   * failures are not those of models.
   */
  #condemned({ kind, scope, status }: Failure, startedAt: number, at: number): Pick<FreeFinding, "event"> {
    const sure = (kind === "auth" || kind === "auth_permanent") && status !== 403;
    if (!sure) return {};
    return { event: { kind: "failure", model: WHOLE_PROFILE, failure: { kind, scope }, startedAt, at } };
  }

  /** A list proves that the credential is taken: it ends bars for refused credentials, and no others. */
  #healed({ id }: AuthProfile, at: number): Pick<FreeFinding, "event"> {
    const bars = this.#context.view.snapshot.health.get(id)?.bars ?? [];
    const refused = bars.every(({ reason }) => reason === "auth" || reason === "auth_permanent");
    return bars.length > 0 && refused ? { event: { kind: "retry", at } } : {};
  }
}

const REMEDY = "Leave out --probe-free to ask for a few tokens instead.";

const NO_SUCH_PAGE: ReadonlySet<number> = new Set([404, 405, 501]);

const failedRow = (failure: Failure, latencyMs: number) => ({
  status: probeStatus(failure),
  error: failure.message,
  latencyMs: Math.max(0, latencyMs),
});

const pairs = (flat: readonly string[]): [string, string][] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);

/** What came instead of a list of models; nothing when it was one. Redirects are not followed. */
async function answerOf(
  url: string,
  headers: ReadonlyMap<string, string>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<UpstreamAnswer | undefined> {
  try {
    const asked = [["accept", "application/json"], ...headers] as [string, string][];
    const answer = await fetch(url, { headers: asked, redirect: "manual", signal });
    const text = await boundedText(answer, answer.ok ? MOST_BYTES : MOST_ERROR_BYTES);
    const body = text === undefined ? "" : (parsed(text) ?? text);
    if (answer.ok && parseModelList(body)) return undefined;
    // Words of a page that is no answer are no evidence about the credential.
    if (answer.ok) return networkAnswer(new Error("The answer is no list of models."));
    const { status } = answer;
    return { transport: "http", status, headers: Object.fromEntries(answer.headers), body };
  } catch (error) {
    return networkAnswer(new Error(`The provider ${networkWords(error, timeoutMs)}.`));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
