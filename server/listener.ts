import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Config } from './config';

/** How long a request may take to arrive, in ms: its headers, and all of it. Streams are answers, and take their time. */
const ARRIVAL = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 };
/** How long a connection may take in nothing of an answer, in ms: longer than a long poll has nothing to say. */
const PATIENCE = 65_000;

/** A server that does not listen yet; with TLS, if it has the files for that. */
export function createListener(tls: Config['tls'], handle: RequestListener): Server {
  const server = tls ? tlsServer(tls, handle) : createServer(ARRIVAL, handle);
  server.timeout = PATIENCE;
  return server;
}

function tlsServer(tls: NonNullable<Config['tls']>, handle: RequestListener): Server {
  try {
    const files = { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
    return createTlsServer({ ...ARRIVAL, ...files, handshakeTimeout: ARRIVAL.headersTimeout }, handle);
  } catch (error) {
    throw new Error(`TLS_CERT and TLS_KEY can't be used: ${(error as Error).message}`, { cause: error });
  }
}
