// What a client says of itself in `connect`: a closed form (gateway spec §4, "Handshake").
import * as v from "valibot";

const CLIENT_IDS = [
  "cli",
  "gateway-client",
  "openclaw-control-ui",
  "openclaw-tui",
  "openclaw-probe",
  "openclaw-macos",
  "openclaw-ios",
  "openclaw-android",
  "webchat",
  "webchat-ui",
  "node-host",
  "fingerprint",
  "test",
] as const;

const CLIENT_MODES = ["cli", "backend", "ui", "webchat", "probe", "node", "test"] as const;

const text = v.pipe(v.string(), v.maxLength(2000));
const some = v.pipe(text, v.minLength(1));
const names = v.pipe(v.array(text), v.maxLength(200));
const version = v.pipe(v.number("must be integer"), v.integer("must be integer"), v.minValue(1));

export const connectParams = v.strictObject({
  minProtocol: version,
  maxProtocol: version,
  client: v.strictObject({
    id: v.picklist(CLIENT_IDS),
    displayName: v.optional(text),
    version: some,
    platform: some,
    deviceFamily: v.optional(text),
    modelIdentifier: v.optional(text),
    mode: v.picklist(CLIENT_MODES),
    instanceId: v.optional(text),
  }),
  role: v.optional(text, "operator"),
  scopes: v.optional(names, []),
  caps: v.optional(names),
  commands: v.optional(names),
  permissions: v.optional(v.record(text, v.boolean())),
  pathEnv: v.optional(v.string()),
  auth: v.optional(
    v.strictObject({
      token: v.optional(v.string()),
      password: v.optional(v.string()),
      deviceToken: v.optional(v.string()),
      bootstrapToken: v.optional(v.string()),
    }),
  ),
  device: v.optional(
    v.strictObject({
      id: some,
      publicKey: some,
      signature: some,
      signedAt: v.number(),
      nonce: some,
    }),
  ),
  locale: v.optional(text),
  userAgent: v.optional(text),
});

export type ConnectParams = v.InferOutput<typeof connectParams>;
export type ClientInfo = ConnectParams["client"];
export type DeviceProof = NonNullable<ConnectParams["device"]>;
