// The arguments of one run of a program, as its settings say. What is said to the model is never among them: every
// user of a machine can read the arguments of every program. Pure.
import { AccessError } from "../../core/errors.ts";
import type { CliBackend } from "../../providers/cli-backends.ts";

export interface CliArguments {
  readonly model: string;
  readonly effort?: string;
  /** new ones where the program takes the id from outside */
  readonly session?: { readonly id: string; readonly goesOn: boolean };
  readonly systemFile?: string;
  /** paths */
  readonly images: readonly string[];
}

export function argumentsFor({ settings, effortArg }: CliBackend, run: CliArguments): string[] {
  const { model, effort, session, systemFile, images } = run;
  const goesOn = session?.goesOn === true;
  const base = (goesOn ? settings.resumeArgs : undefined) ?? settings.args ?? [];
  return [
    ...(session ? base.map((each) => each.replaceAll("{sessionId}", session.id)) : base),
    ...(settings.modelArg === undefined ? [] : [settings.modelArg, model]),
    ...(effortArg && effort ? [effortArg, effort === "minimal" ? "low" : effort] : []),
    ...(session && !(goesOn && settings.resumeArgs) ? sessionArgs(settings, session.id) : []),
    ...(systemFile === undefined ? [] : systemArgs(settings, systemFile)),
    ...imageArgs(settings, images),
  ];
}

type Settings = CliBackend["settings"];

function sessionArgs({ sessionArg, sessionArgs: several }: Settings, id: string): string[] {
  if (several) return several.map((each) => each.replaceAll("{sessionId}", id));
  return sessionArg === undefined ? [] : [sessionArg, id];
}

export const takesSystemFile = (settings: Settings): boolean =>
  settings.systemPromptFileArg !== undefined ||
  (settings.systemPromptFileConfigArg !== undefined && settings.systemPromptFileConfigKey !== undefined);

function systemArgs(settings: Settings, file: string): string[] {
  if (settings.systemPromptFileArg !== undefined) return [settings.systemPromptFileArg, file];
  const { systemPromptFileConfigArg: flag, systemPromptFileConfigKey: key } = settings;
  return flag === undefined || key === undefined ? [] : [flag, `${key}=${JSON.stringify(file)}`];
}

function imageArgs({ imageArg, imageMode }: Settings, images: readonly string[]): string[] {
  if (imageArg === undefined || imageArg === "@" || images.length === 0) return [];
  return imageMode === "list" ? [imageArg, images.join(",")] : images.flatMap((path) => [imageArg, path]);
}

/** Programs without a flag for images read those that the prompt names. */
export function withImages({ imageArg }: Settings, text: string, images: readonly string[]): string {
  if (images.length === 0 || (imageArg !== undefined && imageArg !== "@")) return text;
  return [text, "", ...images.map((path) => `${imageArg ?? ""}${path}`)].join("\n");
}

/** @throws AccessError `bad_input` for what would be read as something else than a model */
export function modelFor({ id, settings }: CliBackend, model: string): string {
  const named = settings.modelAliases?.[model] ?? model;
  if (/^[A-Za-z0-9][\w.:@/[\]+-]*$/.test(named)) return named;
  throw new AccessError("bad_input", `${id} is given no model of the name ${JSON.stringify(named)}.`);
}
