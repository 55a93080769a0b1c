import fc, { type Arbitrary } from 'fast-check';
import { frame, OPCODES, UPGRADE } from '../../__tests__/support/raw';
import { body, jsonFrame, packet, text } from './arbitraries';

/** A request, as Node's client can send it. */
export interface HttpAttack {
  kind: 'http';
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** One thing that is sent to the server. */
export type Attack =
  | HttpAttack
  /** A frame under a subprotocol, a packet of Socket.IO's, a body of its polling. */
  | { kind: 'json' | 'text' | 'packet' | 'payload'; text: string }
  /** Bytes on a WebSocket, or on a connection that is none yet. */
  | { kind: 'frames' | 'bytes'; bytes: Buffer; path: string };

const PATHS = [
  '/', '/messages', '/subscribe?timeout=0&', '/sse', '/r/lobby', '/r/lobby?follow&', '/r/$', '/r/$/messages/$',
  '/r/$/rules', '/contacts', '/contacts/$', '/username', '/account', '/account/password', '/account/passkeys',
  '/account/passkeys/options', '/account/tokens', '/account/grants/$', '/sessions', '/sessions/options', '/invite', '/invite/preview',
  '/invitations', '/invitations/$', '/people', '/people/$/mute', '/people/$/ban', '/people/$/role', '/audit',
  '/moderation', '/static/$', '/static/pages/chat.js', '/socket.io/', '/socket.io/?EIO=4&transport=polling&', '/ws', '/$',
]; // prettier-ignore
const METHODS = [
  'GET',
  'GET',
  'POST',
  'POST',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'PROPFIND',
];
const QUERIES = [
  'room',
  'after',
  'before',
  'last',
  'limit',
  'sid',
  'EIO',
  'transport',
  'j',
  'x[y]',
  '__proto__',
];
const HEADERS = [
  'Accept', 'Accept-Encoding', 'Authorization', 'Content-Encoding', 'Cookie', 'Idempotency-Key', 'If-None-Match',
  'Last-Event-ID', 'Range', 'Sec-Fetch-Site', 'User-Agent', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-$',
]; // prettier-ignore
const TYPES = [
  'application/json',
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'a/b; c="',
];
const ACCEPTS = [
  '*/*',
  'text/html',
  'application/json',
  'application/x-ndjson',
  'text/event-stream',
  'text/plain',
];
const SOCKETS = ['/ws', '/ws/echo', '/socket.io/?EIO=4&transport=websocket'];

const encoded = text.map((value) => encodeURIComponent(value.toWellFormed()).slice(0, 200));
/** What a header may hold. */
const value = text.map((whole) => whole.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 500));

const target = fc
  .tuple(
    fc.constantFrom(...PATHS),
    encoded,
    fc.array(fc.tuple(fc.constantFrom(...QUERIES), encoded), { maxLength: 3 }),
  )
  .map(([path, part, query]) => {
    const search = query.map(([name, of]) => `${name}=${of}`).join('&');
    return path.replaceAll('$', part) + (search && !path.includes('?') ? `?${search}` : search);
  });

const http: Arbitrary<Attack> = fc.record({
  kind: fc.constant('http' as const),
  method: fc.constantFrom(...METHODS),
  path: target,
  headers: fc
    .tuple(
      fc.constantFrom(...TYPES),
      fc.constantFrom(...ACCEPTS),
      fc.dictionary(fc.constantFrom(...HEADERS), value, { maxKeys: 3, noNullPrototype: true }),
    )
    .map(([type, accept, more]) => ({ 'Content-Type': type, Accept: accept, ...more })),
  body,
});

const said = (kind: 'json' | 'text' | 'packet' | 'payload', texts: Arbitrary<string>): Arbitrary<Attack> =>
  texts.map((one) => ({ kind, text: one }));

const wellFormed = fc
  .tuple(
    fc.constantFrom(...(Object.keys(OPCODES) as (keyof typeof OPCODES)[])),
    text,
    fc.boolean(),
    fc.option(fc.nat(70_000)),
  )
  .map(([opcode, payload, final, length]) =>
    frame(opcode, payload.slice(0, 3_000), { final, ...(length !== null && { length }) }),
  );
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

const frames: Arbitrary<Attack> = fc.record({
  kind: fc.constant('frames' as const),
  bytes: fc
    .array(fc.oneof({ weight: 3, arbitrary: wellFormed }, { weight: 1, arbitrary: bytes }), { maxLength: 8 })
    .map((all) => Buffer.concat(all)),
  path: fc.constantFrom(...SOCKETS),
});

/** A request's head, in which anything may stand. */
const head = fc
  .tuple(
    fc.oneof(fc.constantFrom(...METHODS), text),
    fc.oneof(target, text),
    fc.array(
      fc.oneof(
        text,
        fc.constantFrom(
          ...UPGRADE,
          'Transfer-Encoding: chunked',
          'Content-Length: 5',
          'Expect: 100-continue',
        ),
      ),
      { maxLength: 6 },
    ),
    body,
  )
  .map(([method, path, lines, rest]) =>
    Buffer.from([`${method} ${path} HTTP/1.1`, ...lines, '', rest].join('\r\n')),
  );

/** A handshake for a WebSocket, of which something may be wrong. */
const upgrade = fc
  .tuple(fc.oneof(fc.constantFrom(...SOCKETS), target), fc.subarray(UPGRADE), value)
  .map(([path, lines, protocol]) =>
    Buffer.from(
      [`GET ${path} HTTP/1.1`, ...lines, `Sec-WebSocket-Protocol: ${protocol}`, '', ''].join('\r\n'),
      'latin1',
    ),
  );

const raw: Arbitrary<Attack> = fc.record({
  kind: fc.constant('bytes' as const),
  bytes: fc.oneof(bytes, head, upgrade),
  path: fc.constant(''),
});

/** Anything, most often what costs least: frames on a connection that is open. */
export const attack: Arbitrary<Attack> = fc.oneof(
  { weight: 40, arbitrary: said('json', jsonFrame) },
  { weight: 10, arbitrary: said('text', text) },
  { weight: 20, arbitrary: said('packet', packet) },
  {
    weight: 2,
    arbitrary: said(
      'payload',
      fc.array(packet, { maxLength: 4 }).map((all) => all.join('\x1e')),
    ),
  },
  { weight: 20, arbitrary: http },
  { weight: 4, arbitrary: frames },
  { weight: 4, arbitrary: raw },
);
