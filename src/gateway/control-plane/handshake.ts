// Who may connect, and with which scopes: judged from `connect`, the request that opened the socket, and the guard
// of the HTTP door (gateway spec §4, "Handshake"; OpenClaw docs, "Gateway protocol", Auth).
import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import type { Caller } from "../guard/caller.ts";
import { mayDo } from "../guard/caller.ts";
import type { GuardMemory, GuardSettings } from "../guard/guard.ts";
import { authenticateBy, FOREIGN_PAGE_WORDS, isForeignPage } from "../guard/guard.ts";
import { isForwarded, isLoopback, peerAddress } from "../guard/source.ts";
import type { ConnectParams } from "./connect-params.ts";
import { connectParams } from "./connect-params.ts";
import { deviceFault } from "./device.ts";
import { isDeviceToken, issueDeviceToken, scopesOfDeviceToken } from "./device-token.ts";
import type { ErrorShape } from "./protocol.ts";
import { CLOSE, faultsOf, invalid, MIN_PROBE_PROTOCOL, PROTOCOL } from "./protocol.ts";
import { unauthorized } from "./unauthorized.ts";

export interface Admission {
  readonly params: ConnectParams;
  readonly scopes: readonly string[];
  readonly deviceToken?: string;
}

export interface Refusal {
  readonly error: ErrorShape;
  readonly close: number;
}

export interface Door {
  /** the request that opened the socket */
  readonly request: IncomingMessage;
  readonly nonce: string;
  readonly guard: GuardSettings;
  readonly memory: GuardMemory;
}

export async function admit(given: unknown, door: Door): Promise<Admission | Refusal> {
  const parsed = v.safeParse(connectParams, given);
  if (!parsed.success) return refused(invalid(`invalid connect params: ${faultsOf(parsed.issues)}`));
  const params = parsed.output;
  const fault = protocolFault(params) ?? standingFault(params, door);
  if (fault) return fault;
  const proven = await prove(params, door);
  if ("error" in proven) return proven;
  const { guard, memory } = door;
  const scopes = grantedScopes(params, proven, door);
  const { device } = params;
  if (!device || !guard.secret || scopes.length === 0) return { params, scopes };
  const deviceToken = await issueDeviceToken(guard.secret, device.id, scopes, memory.now());
  return { params, scopes, deviceToken };
}

const refused = (error: ErrorShape, close: number = CLOSE.policy): Refusal => ({ error, close });

function protocolFault({ minProtocol, maxProtocol, client }: ConnectParams): Refusal | undefined {
  const least = client.mode === "probe" ? MIN_PROBE_PROTOCOL : PROTOCOL;
  if (minProtocol <= PROTOCOL && maxProtocol >= least && minProtocol <= maxProtocol) return undefined;
  const error = invalid("protocol mismatch", {
    code: "PROTOCOL_MISMATCH",
    clientMinProtocol: minProtocol,
    clientMaxProtocol: maxProtocol,
    expectedProtocol: PROTOCOL,
    minimumProbeProtocol: MIN_PROBE_PROTOCOL,
  });
  return refused(error, CLOSE.protocol);
}

/** What is refused whatever secret is shown. */
function standingFault(params: ConnectParams, door: Door): Refusal | undefined {
  const { role, client, device, auth } = params;
  const { request, guard, nonce, memory } = door;
  if (role !== "operator" && role !== "node") return refused(invalid("invalid role"));
  const isControlUi = client.id === "openclaw-control-ui";
  if (isForeignPage(request, guard)) return refused(originFault("origin not allowed"));
  if (isControlUi && request.headers.origin === undefined)
    return refused(originFault("origin missing or invalid"));
  if (isControlUi && !device && !guard.proxy)
    return refused(
      invalid("control ui requires device identity (use HTTPS or localhost secure context)", {
        code: "CONTROL_UI_DEVICE_IDENTITY_REQUIRED",
      }),
    );
  const shows = auth && Object.values(auth).some((text) => text !== undefined);
  const needsNothing = role === "operator" && (guard.mode === "none" || guard.proxy !== undefined);
  if (!device && (role === "node" || (!shows && !needsNothing)))
    return refused({
      code: "NOT_PAIRED",
      message: "device identity required",
      details: { code: "DEVICE_IDENTITY_REQUIRED" },
    });
  if (role === "node") return refused(invalid("This gateway serves no nodes. Connect as operator."));
  const fault = device && deviceFault(params, device, nonce, memory.now());
  return fault && refused(fault);
}

const originFault = (reason: string): ErrorShape =>
  invalid(`origin not allowed. ${FOREIGN_PAGE_WORDS}`, { code: "CONTROL_UI_ORIGIN_NOT_ALLOWED", reason });

/** Who connects; the scopes are those of its device token, if it showed one. */
interface Proven {
  readonly caller: Caller;
  readonly most?: readonly string[];
}

async function prove(params: ConnectParams, door: Door): Promise<Proven | Refusal> {
  const { guard, request, memory } = door;
  const { auth = {}, device } = params;
  const deviceToken = [auth.deviceToken, auth.token].find(
    (text) => text !== undefined && isDeviceToken(text),
  );
  if (guard.secret && device && deviceToken !== undefined) {
    const most = await scopesOfDeviceToken(guard.secret, device.id, deviceToken);
    if (most) return { caller: { kind: "operator" }, most };
  }
  const shown = guard.mode === "token" ? (auth.token ?? auth.deviceToken) : auth.password;
  const caller = authenticateBy(shown, request, guard, memory);
  if ("status" in caller) return refused(unauthorized(caller, guard, shown, params));
  if (caller.kind !== "key") return { caller };
  const words = "a client key calls models and rules nothing; show the gateway's own secret";
  return refused(
    invalid(`unauthorized: ${words}`, { code: "AUTH_TOKEN_MISMATCH", authReason: "client_key" }),
  );
}

/** Programs of this machine that are known not to be pages. */
const isLocalProgram = ({ client }: ConnectParams, request: IncomingMessage): boolean =>
  isLoopback(peerAddress(request)) &&
  !isForwarded(request) &&
  ((client.id === "gateway-client" && client.mode === "backend") ||
    (client.id === "cli" && client.mode === "cli"));

/** Without a device, only programs of this machine have what they ask for. */
function grantedScopes(params: ConnectParams, { caller, most }: Proven, { request }: Door): string[] {
  const asked = [...new Set(params.scopes)];
  if (caller.kind === "user") return asked.filter((scope) => isVouchedFor(caller, scope));
  if (!params.device) return isLocalProgram(params, request) ? asked : [];
  const held = most?.includes("operator.admin") === false ? asked.filter((one) => most.includes(one)) : asked;
  if (!held.includes("operator.admin")) return held;
  return [...new Set([...held, "operator.read", "operator.write"])];
}

function isVouchedFor(caller: Caller, scope: string): boolean {
  const name = /^operator\.(read|write|admin)$/.exec(scope)?.[1] as "read" | "write" | "admin" | undefined;
  return mayDo(caller, name ?? "admin");
}
