import fc, { type Arbitrary } from 'fast-check';
import { frame, OPCODES, UPGRADE } from '../../__tests__/support/raw';
import { body, jsonFrame, packet, text } from './arbitraries';

/** A request that Node's HTTP client can send. */
export interface HttpInput {
  kind: 'http';
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** One input for the server. */
export type Input =
  | HttpInput
  /** A frame of a subprotocol of `/ws`, a Socket.IO packet, or a body for Socket.IO's polling. */
  | { kind: 'json' | 'text' | 'packet' | 'payload'; text: string }
  /** Bytes on an open WebSocket, or on a new TCP connection. */
  | { kind: 'frames' | 'bytes'; bytes: Buffer; path: string };

/** `$` stands for a random text. */
const PATHS = [
  '/', '/messages', '/subscribe?timeout=0&', '/sse', '/r/lobby', '/r/lobby?follow&', '/r/$', '/r/$/messages/$',
  '/r/$/rules', '/rooms', '/rooms?find=$&', '/rooms/$', '/rooms/$/members', '/rooms/$/read', '/rooms/$/members/me', '/rooms/direct', '/livez', '/readyz', '/contacts', '/contacts/$', '/username', '/account', '/account/password',
  '/account/passkeys', '/account/passkeys/options', '/account/tokens', '/account/grants/$', '/sessions', '/sessions/options',
  '/invite', '/invite/preview', '/language',
  '/invitations', '/invitations/$', '/people', '/people/$/mute', '/people/$/ban', '/people/$/role', '/audit',
  '/moderation', '/static/$', '/static/pages/chat.js', '/socket.io/', '/socket.io/?EIO=4&transport=polling&', '/ws', '/$',
]; // prettier-ignore
const METHODS = [
  'GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND',
]; // prettier-ignore
const PARAMETERS = [
  'room', 'news', 'after', 'before', 'last', 'limit', 'sid', 'EIO', 'transport', 'j', 'x[y]', '__proto__',
]; // prettier-ignore
const HEADERS = [
  'Accept', 'Accept-Encoding', 'Accept-Language', 'Authorization', 'Content-Encoding', 'Cookie', 'Idempotency-Key', 'If-None-Match',
  'Last-Event-ID', 'Range', 'Sec-Fetch-Site', 'User-Agent', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-$',
]; // prettier-ignore
const CONTENT_TYPES = [
  'application/json', 'application/json', 'application/x-www-form-urlencoded', 'text/plain', 'a/b; c="',
]; // prettier-ignore
const ACCEPTS = [
  '*/*', 'text/html', 'application/json', 'application/x-ndjson', 'text/event-stream', 'text/plain',
]; // prettier-ignore
const WEBSOCKET_PATHS = ['/ws', '/ws/echo', '/socket.io/?EIO=4&transport=websocket'];

const encodedText = text.map((value) => encodeURIComponent(value.toWellFormed()).slice(0, 200));
/** A text without the characters that Node refuses in a header. */
const headerValue = text.map((whole) => whole.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 500));

const requestTarget = fc
  .tuple(
    fc.constantFrom(...PATHS),
    encodedText,
    fc.array(fc.tuple(fc.constantFrom(...PARAMETERS), encodedText), { maxLength: 3 }),
  )
  .map(([path, segment, query]) => {
    const search = query.map(([name, value]) => `${name}=${value}`).join('&');
    return path.replaceAll('$', segment) + (search && !path.includes('?') ? `?${search}` : search);
  });

const http: Arbitrary<Input> = fc.record({
  kind: fc.constant('http' as const),
  method: fc.constantFrom(...METHODS),
  path: requestTarget,
  headers: fc
    .tuple(
      fc.constantFrom(...CONTENT_TYPES),
      fc.constantFrom(...ACCEPTS),
      fc.dictionary(fc.constantFrom(...HEADERS), headerValue, { maxKeys: 3, noNullPrototype: true }),
    )
    .map(([type, accept, more]) => ({ 'Content-Type': type, Accept: accept, ...more })),
  body,
});

const textInput = (
  kind: 'json' | 'text' | 'packet' | 'payload',
  texts: Arbitrary<string>,
): Arbitrary<Input> => texts.map((one) => ({ kind, text: one }));

/** A WebSocket frame, possibly with a wrong length. */
const wellFormedFrame = fc
  .tuple(
    fc.constantFrom(...(Object.keys(OPCODES) as (keyof typeof OPCODES)[])),
    text,
    fc.boolean(),
    fc.option(fc.nat(70_000)),
  )
  .map(([opcode, payload, final, length]) =>
    frame(opcode, payload.slice(0, 3_000), { final, ...(length !== null && { length }) }),
  );
const randomBytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

const frames: Arbitrary<Input> = fc.record({
  kind: fc.constant('frames' as const),
  bytes: fc
    .array(fc.oneof({ weight: 3, arbitrary: wellFormedFrame }, { weight: 1, arbitrary: randomBytes }), {
      maxLength: 8,
    })
    .map((all) => Buffer.concat(all)),
  path: fc.constantFrom(...WEBSOCKET_PATHS),
});

/** The head of a request, with random lines, and a body. */
const requestHead = fc
  .tuple(
    fc.oneof(fc.constantFrom(...METHODS), text),
    fc.oneof(requestTarget, text),
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

/** A WebSocket handshake, with some of its headers missing. */
const upgrade = fc
  .tuple(fc.oneof(fc.constantFrom(...WEBSOCKET_PATHS), requestTarget), fc.subarray(UPGRADE), headerValue)
  .map(([path, lines, protocol]) =>
    Buffer.from(
      [`GET ${path} HTTP/1.1`, ...lines, `Sec-WebSocket-Protocol: ${protocol}`, '', ''].join('\r\n'),
      'latin1',
    ),
  );

const raw: Arbitrary<Input> = fc.record({
  kind: fc.constant('bytes' as const),
  bytes: fc.oneof(randomBytes, requestHead, upgrade),
  path: fc.constant(''),
});

/** Any input; most often the cheapest ones, which are frames on an open connection. */
export const input: Arbitrary<Input> = fc.oneof(
  { weight: 40, arbitrary: textInput('json', jsonFrame) },
  { weight: 10, arbitrary: textInput('text', text) },
  { weight: 20, arbitrary: textInput('packet', packet) },
  {
    weight: 2,
    arbitrary: textInput(
      'payload',
      fc.array(packet, { maxLength: 4 }).map((all) => all.join('\x1e')),
    ),
  },
  { weight: 20, arbitrary: http },
  { weight: 4, arbitrary: frames },
  { weight: 4, arbitrary: raw },
);
