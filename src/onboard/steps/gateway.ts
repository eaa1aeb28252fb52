// The gateway's address and secret, and the service that keeps it running.
import { isAbsolute } from "node:path";
import { readDocument } from "../../config/document.ts";
import { AccessError } from "../../core/errors.ts";
import type { Draft } from "../draft.ts";
import { draftConfig } from "../draft.ts";
import { gatewayPlan } from "../gateway-plan.ts";
import { unseenByService, unseenWords } from "../service-sight.ts";
import type { Step } from "./step.ts";

/** What a first run needs, without a question. */
export const usualGateway: Step = async ({ request, side }, draft) => ({
  ...draft,
  gateway: gatewayPlan(request, side),
});

const isPort = (text: string) =>
  /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536
    ? undefined
    : "A number from 1 to 65535";

/** Until a gateway could start by it. */
export const gatewayStep: Step = async (wizard, before) => {
  const { talk, deps, side } = wizard;
  for (;;) {
    const draft = await askAddress(wizard, before);
    try {
      const config = deps.config();
      side.check(draftConfig(config, readDocument(config.path), draft));
      return draft;
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      talk.notify(`That would not work: ${error.message}`);
    }
  }
};

const askAddress: Step = async ({ talk, deps, request, side }, draft) => {
  const { port, bind } = deps.config().gateway;
  const typed = Number(await talk.text("Port", String(draft.gateway?.port ?? port), isPort));
  const modes = [...new Set([draft.gateway?.bind ?? bind, "loopback", "lan", "tailnet"])];
  const chosen = await talk.choose(
    "Who may reach it?",
    modes.map((value) => ({ value, label: value, ...(REACH[value] ? { hint: REACH[value] } : {}) })),
  );
  return {
    ...draft,
    gateway: {
      ...gatewayPlan(request, side),
      ...(typed === port ? {} : { port: typed }),
      ...(chosen === bind ? {} : { bind: chosen }),
    },
  };
};

const REACH: Readonly<Record<string, string>> = {
  loopback: "this machine alone",
  lan: "the network, with the token",
  tailnet: "your Tailscale network, with the token",
};

/** @returns the draft as it is where there is no manager */
export const serviceStep: Step = async ({ talk, side, request, found, deps }, draft): Promise<Draft> => {
  if (side.manager === undefined) return draft;
  const unseen = unseenByService(draft, deps.config().gateway, side.seenByService);
  if (unseen.length > 0 && request.service !== false) {
    talk.notify(unseenWords(unseen, deps.paths().dotenvPath));
    return { ...draft, service: false };
  }
  const question = `Install the gateway as a service (${side.manager}), and start it?`;
  const service = request.service ?? (await talk.confirm(question, found.host === "daemon"));
  return { ...draft, service };
};

export const sealStep: Step = async ({ talk, found, request }, draft) => {
  const isEmpty = found.stored.length === 0 && !draft.sources.some(({ source }) => source.login);
  if (found.sealed || isEmpty) return { ...draft, seal: false };
  if (request.seal) return { ...draft, seal: true };
  const question = "Seal the stored credentials? OpenClaw 2026.7.1 can then no longer use this store.";
  return { ...draft, seal: await talk.confirm(question, false) };
};

/** What the gateway would make of another one depends on where it is started. */
const isFolder = (text: string) =>
  isAbsolute(text.trim()) || /^~($|[/\\])/.test(text.trim())
    ? undefined
    : "A folder with its whole path, or from ~/";

export const workspaceStep: Step = async ({ talk, deps }, draft) => {
  const present = deps.config().turns.workspace;
  const shown = draft.workspace ?? present ?? "~/.openclaw/workspace";
  const typed = (await talk.text("Workspace of the agents", shown, isFolder)).trim();
  return { ...draft, workspace: typed === present ? undefined : typed };
};
