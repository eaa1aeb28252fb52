// TLS by key and certificate files (OpenClaw docs, `gateway.tls`). Files that change are used from the next connection
// on; a pair that cannot be used leaves the running one in place.
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import type { GatewayTlsConfig } from "../../config/config.ts";
import type { Paths } from "../../config/paths.ts";
import { untilde } from "../../config/paths.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import { watchFile } from "../../store/watch.ts";
import type { Faults } from "../faults.ts";
import type { Log } from "../gateway.ts";

/** What `https.createServer` and `setSecureContext` take. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly minVersion: "TLSv1.2";
}

export interface TlsFiles {
  readonly certPath: string;
  readonly keyPath: string;
  readonly caPath?: string;
}

/**
 * The files to use; `undefined` when TLS is off.
 *
 * @throws AccessError `config_invalid` when it is on and no files are named, or none can be made
 */
export function tlsFiles(tls: GatewayTlsConfig, paths: Paths): TlsFiles | undefined {
  if (!tls.enabled) return undefined;
  const { certPath, keyPath, caPath } = tls;
  const at = (path: string) => resolve(paths.stateDir, untilde(path, paths.home));
  if (certPath !== undefined && keyPath !== undefined)
    return {
      certPath: at(certPath),
      keyPath: at(keyPath),
      ...(caPath === undefined ? {} : { caPath: at(caPath) }),
    };
  if (tls.autoGenerate && certPath === undefined && keyPath === undefined) return ownPair(paths);
  throw new AccessError(
    "config_invalid",
    "gateway.tls is enabled, and gateway.tls.certPath and keyPath do not both name a file. Name them, or set gateway.tls.autoGenerate.",
  );
}

/** @throws AccessError `config_invalid` naming the file that cannot be used */
export function readPair({ certPath, keyPath, caPath }: TlsFiles): TlsPair {
  const [cert, key] = [readPem("certPath", certPath), readPem("keyPath", keyPath)];
  const ca = caPath === undefined ? {} : { ca: readPem("caPath", caPath) };
  const pair = { cert, key, ...ca, minVersion: "TLSv1.2" } as const;
  try {
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      createSecureContext(pair);
      return pair;
    }
  } catch (cause) {
    throw unusable(`${certPath} and ${keyPath} cannot be used (${messageOf(cause)})`, cause);
  }
  throw unusable(`${keyPath} is not the key of the certificate ${certPath}`);
}

function readPem(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unusable(`${path} cannot be read (${messageOf(cause)}), which gateway.tls.${name} names`, cause);
  }
}

const unusable = (what: string, cause?: unknown): AccessError =>
  new AccessError("config_invalid", `TLS: ${what}. Put a matching pair of PEM files there.`, { cause });

/** Watches the files. Returns the way to stop. */
export function followPair(
  files: TlsFiles,
  use: (pair: TlsPair) => void,
  { faults, log }: { readonly faults: Faults; readonly log: Log },
): () => void {
  const read = () => {
    try {
      use(readPair(files));
      faults.note("tls", KEPT, undefined);
      log.info(`The certificate ${files.certPath} is in use as it is now`);
    } catch (error) {
      faults.note("tls", KEPT, error);
    }
  };
  let settling: NodeJS.Timeout | undefined;
  const notice = () => {
    clearTimeout(settling);
    settling = setTimeout(read, SETTLE_MS).unref();
  };
  const stops = [files.certPath, files.keyPath, ...(files.caPath ? [files.caPath] : [])].map((file) =>
    watchFile(file, notice),
  );
  return () => {
    clearTimeout(settling);
    for (const stop of stops) stop();
  };
}

const KEPT = "The new certificate cannot be used; the running one stays";
/** Two files are never replaced at the same moment. */
const SETTLE_MS = 200;

const VALID_DAYS = "825";

/** A pair for this machine alone, signed by itself; made once. */
function ownPair(paths: Paths): TlsFiles {
  const folder = join(paths.globalDir, "tls");
  const files = { certPath: join(folder, "cert.pem"), keyPath: join(folder, "key.pem") };
  if (existsSync(files.certPath) && existsSync(files.keyPath)) return files;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1";
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", VALID_DAYS];
  const into = ["-keyout", files.keyPath, "-out", files.certPath, "-subj", "/CN=localhost", "-addext", names];
  try {
    const env = { PATH: process.env["PATH"] };
    execFileSync("openssl", ["req", "-x509", ...kind, ...into], { stdio: "pipe", env, timeout: 30_000 });
    return files;
  } catch (cause) {
    throw new AccessError(
      "config_invalid",
      `gateway.tls.autoGenerate needs the program openssl (${messageOf(cause).split("\n")[0]}). Install it, or name gateway.tls.certPath and keyPath.`,
      { cause },
    );
  }
}
