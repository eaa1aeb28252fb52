// Says in the log that credentials are sealed and cannot be opened: the rest serves on, and nobody else would tell.
import type { AgentId } from "../../core/ids.ts";
import type { Reading } from "../../store/store.ts";
import type { Log } from "../gateway.ts";

/** `read` that tells each fault once, until it is gone. @param onFault told of each, and of its end */
export function tellingSealed(
  read: (agent: AgentId) => Promise<Reading>,
  log: Pick<Log, "warn">,
  onFault: (agent: AgentId, fault: string | undefined) => void,
): (agent: AgentId) => Promise<Reading> {
  const told = new Map<AgentId, string>();
  return async (agent) => {
    const reading = await read(agent);
    const faults = new Set(reading.state.profiles.flatMap(({ unopened }) => unopened?.fault ?? []));
    const text = [...faults].join(" ");
    if (text !== "" && told.get(agent) !== text) log.warn(`Agent ${agent}: ${text}`);
    told.set(agent, text);
    onFault(agent, text === "" ? undefined : text);
    return reading;
  };
}
