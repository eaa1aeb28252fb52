// What the functions of a plugin return or ask, checked before it is used.
import * as v from "valibot";
import type { PluginModel, PluginUsageWindow } from "./plugin.ts";
import { amount, checkWith, line, listOf, matching, models, object, optional } from "./plugin-pieces.ts";

const usageWindows = listOf(
  object({
    label: line(40),
    used: amount("must be a number, 0 or more"),
    limit: optional(amount("must be a number, 0 or more")),
    unit: optional(line(20)),
    resetsAt: optional(
      v.pipe(v.number("must be ms since epoch"), v.integer("must be ms since epoch"), v.minValue(0)),
    ),
    scope: optional(line(256)),
  }),
  16,
);

const secretText = matching(/^[\x21-\x7e]{1,16384}$/, "must be a secret that a header can carry");
const expires = v.pipe(
  v.number("must be ms since epoch"),
  v.integer("must be ms since epoch"),
  v.minValue(1),
  v.maxValue(8.64e15, "must be ms since epoch"),
);
const email = optional(line(254));
const loginAnswer = object({
  credential: v.variant(
    "type",
    [
      object({ type: v.literal("api_key"), key: secretText, email }),
      object({ type: v.literal("token"), token: secretText, expires: optional(expires), email }),
      object({
        type: v.literal("oauth"),
        access: secretText,
        refresh: optional(secretText),
        expires: optional(expires),
        email,
        accountId: optional(line(200)),
      }),
    ],
    "must have the type api_key, token or oauth",
  ),
  name: optional(matching(/^[\w.@+-]{1,100}$/, "must be letters, digits and .@+-_")),
});

const message = line(500);
const question = v.variant(
  "kind",
  [
    object({ kind: v.literal("secret"), message }),
    object({ kind: v.literal("text"), message, initial: optional(line(500)) }),
    object({ kind: v.literal("confirm"), message, initial: optional(v.boolean("must be true or false")) }),
    object({
      kind: v.literal("choose"),
      message,
      choices: v.pipe(
        listOf(object({ value: v.string("must be text"), label: line(200), hint: optional(line(200)) }), 100),
        v.minLength(1, "must not be empty"),
      ),
    }),
  ],
  "must have the kind secret, text, confirm or choose",
);

export const checkModels = checkWith<readonly PluginModel[]>(models);
export const checkUsage = checkWith<readonly PluginUsageWindow[]>(usageWindows);
export const checkLogin = checkWith(loginAnswer);
export const checkQuestion = checkWith(question);
