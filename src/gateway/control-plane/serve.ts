// A request of a client that was let in: found in the table, judged, done, answered.
import * as v from "valibot";
import type { ControlOptions } from "./control-door.ts";
import type { Connection } from "./connection.ts";
import type { Method, PlaneFacts } from "./method.ts";
import { holds } from "./method.ts";
import { METHODS } from "./methods.ts";
import type { ErrorShape, RequestFrame } from "./protocol.ts";
import { faultsOf, invalid } from "./protocol.ts";
import { Refused, shapeOf } from "./refused.ts";
import type { Seat } from "./requests.ts";

const TOO_MANY: ErrorShape = {
  code: "UNAVAILABLE",
  message: "Too many requests of this connection wait for runs to end. Wait for some of them.",
  retryable: true,
};

/** Never rejects. */
export async function serve(
  options: ControlOptions,
  plane: PlaneFacts,
  connection: Connection,
  frame: RequestFrame,
  seat: Seat,
): Promise<void> {
  const { id, method: name } = frame;
  try {
    connection.answer(id, (await called(options, plane, connection, frame, seat)) ?? null);
  } catch (error) {
    const shape = shapeOf(error);
    if (shape) return connection.refuse(id, shape);
    options.current.gateway.log.error(error, `The control method ${name} failed`);
    const message = `${name} failed in a way that was not expected. The gateway's log has the details.`;
    connection.refuse(id, { code: "UNAVAILABLE", message });
  }
}

async function called(
  { current: { gateway }, services }: ControlOptions,
  plane: PlaneFacts,
  connection: Connection,
  { id, method: name, params = {} }: RequestFrame,
  seat: Seat,
): Promise<unknown> {
  if (name === "connect") throw new Refused(invalid("connect is only valid as the first request"));
  const { peer } = connection;
  const method = METHODS.get(name);
  if (!method || !peer) throw new Refused(invalid(`unknown method: ${name}`));
  if (!holds(peer.scopes, method.scope)) throw new Refused(invalid(`missing scope: ${method.scope}`));
  const given = parsedParams(name, method, params);
  if (method.scope === "operator.admin") gateway.log.info(`${name} was called by ${peer.client.id}`);
  const early = (payload: unknown) => connection.answer(id, payload);
  const tell = (event: string, told: unknown) => connection.event(event, told);
  const pends = () => {
    if (!seat.pend()) throw new Refused(TOO_MANY);
  };
  const call = { gateway, deps: services(name), peer, plane, left: connection.left, tell, early, pends };
  return await method.handle(call, given as never);
}

/** @throws Refused, with each fault and its place */
function parsedParams(name: string, method: Method, params: unknown): unknown {
  // An array passes for an object elsewhere.
  const parsed = Array.isArray(params) ? undefined : v.safeParse(method.params, params);
  if (parsed?.success) return parsed.output;
  const faults = parsed ? faultsOf(parsed.issues) : "must be object";
  throw new Refused(invalid(`invalid ${name} params: ${faults}`));
}
