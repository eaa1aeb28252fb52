// The conversations that are kept, of one agent or of all.
import { chooseAgent } from "../../access/read-view.ts";
import type { Call } from "./method.ts";

/**
 * @param asked one agent; all when left out
 * @throws AccessError `unknown_agent`
 */
export async function storedSessions({ gateway, plane }: Call, asked?: string) {
  const config = gateway.config();
  const named = asked === undefined ? undefined : chooseAgent(config, asked);
  const agents = named === undefined ? config.agents.map(({ id }) => id) : [named];
  const found = await Promise.all(
    agents.map(async (agent) => {
      const sessions = await plane.sessions.list(agent).catch((error: unknown) => {
        // One agent's broken file hides no other agent's conversations.
        if (named !== undefined) throw error;
        gateway.log.error(error, `The sessions of ${agent} could not be read`);
        return [];
      });
      return sessions.map((session) => ({ agent, session }));
    }),
  );
  return found.flat();
}
