// /model status: for each provider of the models in use where it is asked, by which profiles, who is next, who is left
// out and why. It asks the same plan as a turn does.
import { shortDuration } from "../../../access/duration.ts";
import { routeTo } from "../../../access/provider-route.ts";
import type { ModelRef } from "../../../core/model-ref.ts";
import { formatModelRef } from "../../../core/model-ref.ts";
import { explain } from "../../../core/plan/explain.ts";
import type { LeftOut } from "../../../core/plan/explain.ts";
import { next } from "../../../core/plan/next.ts";
import { START } from "../../../core/plan/walk.ts";
import { maskSecret } from "../../../core/secret.ts";
import { turnPlan } from "../../../core/session.ts";
import { hasProfile } from "../session-models.ts";
import type { CommandContext } from "./command.ts";

export function modelStatus(context: CommandContext): string {
  const { session, defaults, agent, live } = context;
  const plan = turnPlan(session, defaults);
  const [current] = plan.models;
  return [
    `Current: ${formatModelRef(current!)}${session.model ? " (chosen)" : ""}`,
    `Default: ${formatModelRef(defaults[0]!)}`,
    `Agent: ${agent}`,
    ...(plan.pin ? [`Pinned: ${plan.pin}${hasProfile(live, plan.pin) ? "" : " (gone)"}`] : []),
    ...plan.models.flatMap((ref, i) => ["", ...modelLines(context, ref, i === 0 ? plan.pin : undefined)]),
  ].join("\n");
}

function modelLines(
  { gateway, live, session }: CommandContext,
  ref: ModelRef,
  pin: string | undefined,
): string[] {
  const now = gateway.now();
  const route = routeTo(gateway.config(), ref.provider);
  const { profile } = session;
  const request = {
    models: [ref],
    ...(pin === undefined ? {} : { pin }),
    ...(profile?.source === "auto" ? { sticky: profile.id } : {}),
  };
  const first = next(live.prepared, request, START, now)?.candidate.profile.id;
  const leftOut = new Map(explain(live.prepared, request, now).map((each) => [each.profileId, each]));
  const profiles = live.view.snapshot.profiles.filter(({ provider }) => provider === ref.provider);
  const rows = profiles.map(({ id, type }) => {
    const secret = live.view.secrets.get(id);
    const marks = [
      ...(id === first ? ["next"] : []),
      ...(live.view.lastGood?.get(ref.provider) === id ? ["lastGood"] : []),
    ].map((mark) => ` (${mark})`);
    const shown = secret ? ` ${maskSecret(secret.reveal())}` : "";
    return `  ${id} ${type}${shown}${marks.join("")}${reasonWords(leftOut.get(id), now)}`;
  });
  return [
    `${formatModelRef(ref)}`,
    `  endpoint: ${route ? `${route.origin}${route.basePath} (${route.api})` : "unknown"}`,
    ...(rows.length > 0 ? rows : ["  no profile"]),
  ];
}

function reasonWords(reason: LeftOut | undefined, now: number): string {
  if (!reason) return "";
  const until = reason.bar?.until ?? reason.until;
  return ` – ${reason.code}${until === undefined ? "" : `, ${shortDuration(until - now)} left`}`;
}
