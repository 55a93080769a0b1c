import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Config } from '../config/config';
import { Request } from './request';

/** How long the headers of a request and the whole request may take to arrive, in ms. Streams are responses: unbounded. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 };
/** `checkRequest` requires the `Host` header: Node would refuse a request without one and give no reason. */
const REQUESTS = { IncomingMessage: Request, requireHostHeader: false };
/** How long a connection may be inactive during a response, in ms: longer than a long poll waits. */
const INACTIVITY_TIMEOUT = 65_000;

/**
 * Creates an HTTP server, or an HTTPS server if there is a certificate. It does not listen yet.
 * @throws {Error} naming the setting, if a file is missing or wrong.
 */
export function createHttpServer(tls: Config['tls'], handle: RequestListener): Server {
  const server = tls ? tlsServer(tls, handle) : createServer({ ...TIMEOUTS, ...REQUESTS }, handle);
  server.timeout = INACTIVITY_TIMEOUT;
  return server;
}

function tlsServer({ cert, key }: NonNullable<Config['tls']>, handle: RequestListener): Server {
  const files = { cert: readFile('TLS_CERT', cert), key: readFile('TLS_KEY', key) };
  const privateKey = parse('TLS_KEY', key, 'private key', () => createPrivateKey(files.key));
  const certificate = parse('TLS_CERT', cert, 'certificate', () => new X509Certificate(files.cert));
  if (!isPair(certificate, privateKey)) {
    throw new Error(`TLS_KEY is not the key of TLS_CERT: ${key} does not match ${cert}.`);
  }
  return createTlsServer(
    { ...TIMEOUTS, ...REQUESTS, ...files, handshakeTimeout: TIMEOUTS.headersTimeout },
    handle,
  );
}

function readFile(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${setting} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

function parse<T>(setting: string, path: string, expected: string, parsePem: () => T): T {
  try {
    return parsePem();
  } catch (error) {
    throw new Error(
      `${setting} must be a ${expected} as a PEM file without a passphrase, which ${path} is not.`,
      {
        cause: error,
      },
    );
  }
}

function isPair(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    // The key is of another type, such as RSA and EC.
    return false;
  }
}
