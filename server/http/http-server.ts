import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Config } from '../config/config';
import { Request } from './request';

/** How long a request may take to arrive, in ms: its headers, and all of it. Streams are answers, and take their time. */
const ARRIVAL = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 };
/** `checkRequest` asks for the host: Node would refuse without a word. */
const FORM = { IncomingMessage: Request, requireHostHeader: false };
/** How long a connection may take in nothing of an answer, in ms: longer than a long poll has nothing to say. */
const PATIENCE = 65_000;

/** A server that does not listen yet; with TLS, if it has the files for that. */
export function createHttpServer(tls: Config['tls'], handle: RequestListener): Server {
  const server = tls ? tlsServer(tls, handle) : createServer({ ...ARRIVAL, ...FORM }, handle);
  server.timeout = PATIENCE;
  return server;
}

function tlsServer({ cert, key }: NonNullable<Config['tls']>, handle: RequestListener): Server {
  const files = { cert: readFile('TLS_CERT', cert), key: readFile('TLS_KEY', key) };
  const privateKey = parse('TLS_KEY', key, 'private key', () => createPrivateKey(files.key));
  const certificate = parse('TLS_CERT', cert, 'certificate', () => new X509Certificate(files.cert));
  if (!belongs(certificate, privateKey)) {
    throw new Error(`TLS_KEY is not the key of TLS_CERT: ${key} does not match ${cert}.`);
  }
  return createTlsServer({ ...ARRIVAL, ...FORM, ...files, handshakeTimeout: ARRIVAL.headersTimeout }, handle);
}

function readFile(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${setting} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

function parse<T>(setting: string, path: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${setting} must be a ${what} as a PEM file without a passphrase, and ${path} is none.`, {
      cause: error,
    });
  }
}

function belongs(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    // The two are not even of one kind, such as RSA and EC.
    return false;
  }
}
