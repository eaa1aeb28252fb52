// A login that is a function of a plugin. It runs in the plugin's process, and reaches the person through
// questions and notes alone.
import type { Credential } from "../../core/credential.ts";
import { AccessError } from "../../core/errors.ts";
import { findProvider } from "../../providers/all.ts";
import { checkLogin, checkQuestion } from "../../providers/plugin-answers.ts";
import { askPlugin } from "../plugins/ask.ts";
import { PluginFault } from "../plugins/fault.ts";
import type { FlowContext, Obtained } from "./flow.ts";
import type { Talk } from "./talk.ts";

/** The person's thinking included. */
const TIMEOUT_MS = 15 * 60_000;
const MOST_QUESTIONS = 50;

/** @throws AccessError `upstream_failed` with what the plugin did; `cancelled` */
export async function codeLogin({ provider, label, login, talk }: FlowContext): Promise<Obtained> {
  const { source } = findProvider(provider)!.plugin!;
  const task = { kind: "login", provider, method: login.id } as const;
  try {
    const answer = await talk.wait((signal) =>
      askPlugin(source, task, { timeoutMs: TIMEOUT_MS, signal, partner: partnerOf(talk) }),
    );
    const checked = checkLogin(answer);
    if ("fault" in checked) throw new PluginFault(`returned something that is no login: ${checked.fault}`);
    const { credential, name } = checked.value;
    return {
      credential: { ...credential, provider } satisfies Credential,
      ...(name === undefined ? {} : { name }),
    };
  } catch (error) {
    if (!(error instanceof PluginFault)) throw error;
    const sentence = `The login to ${label} by plugin ${source.spec}: ${error.message.replace(/\.?$/, ".")}`;
    throw new AccessError("upstream_failed", `${sentence} Nothing was stored.`, { cause: error });
  }
}

function partnerOf(talk: Talk) {
  let asked = 0;
  return {
    notify: (text: string) => talk.notify(text),
    async answer(raw: unknown) {
      const checked = checkQuestion(raw);
      if ("fault" in checked) throw new PluginFault(`asks something that is no question: ${checked.fault}`);
      if (++asked > MOST_QUESTIONS) throw new PluginFault(`asks more than ${MOST_QUESTIONS} questions`);
      const question = checked.value;
      const answer = await ask(talk, question);
      return question.kind === "secret" ? { answer, secret: String(answer) } : { answer };
    },
  };
}

type Question = Extract<ReturnType<typeof checkQuestion>, { readonly value: unknown }>["value"];

async function ask(talk: Talk, question: Question): Promise<string | boolean> {
  const { kind, message } = question;
  if (kind === "secret") return await talk.secret(message, notEmpty);
  if (kind === "text") return await talk.text(message, question.initial ?? "", () => undefined);
  if (kind === "confirm") return await talk.confirm(message, question.initial ?? true);
  return await talk.choose(message, question.choices);
}

const notEmpty = (answer: string) =>
  answer.trim() === "" ? "Nothing was pasted. Ctrl-C leaves." : undefined;
