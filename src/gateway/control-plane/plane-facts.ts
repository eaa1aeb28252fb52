// What methods are handed of the control plane and of the gateway around it.
import type { ControlOptions } from "./control-door.ts";
import type { Talks } from "../chat/talks.ts";
import { rowOf } from "./conversation.ts";
import type { GatewayIdentity } from "./identity.ts";
import { gatewayIdentity } from "./identity.ts";
import type { PlaneFacts } from "./method.ts";
import { SessionNews } from "./session-news.ts";

type OfThePlane = Pick<PlaneFacts, "dialogs" | "tell" | "presence" | "eventLoop">;

export function planeFacts(options: ControlOptions, talks: Talks, plane: OfThePlane): PlaneFacts {
  const { version, reload, reloadSecrets, logPath, setup, secrets, applySecrets, current } = options;
  let identity: GatewayIdentity | undefined;
  return {
    ...plane,
    version,
    reload,
    reloadSecrets,
    logPath,
    setup,
    secrets,
    applySecrets,
    chats: talks.chats,
    sessions: talks.sessions,
    news: sessionNews(options, talks),
    identity: () => (identity ??= gatewayIdentity(options.services("identity").paths().stateDir)),
    get authMode() {
      return current.guard.mode;
    },
  };
}

const sessionNews = ({ current }: ControlOptions, { sessions, chats }: Talks): SessionNews =>
  new SessionNews({
    now: () => current.gateway.now(),
    find: ({ agent, key }) => sessions.find(agent, key),
    rowOf: (session, { agent }) => rowOf({ gateway: current.gateway, plane: { chats } }, session, agent),
  });
