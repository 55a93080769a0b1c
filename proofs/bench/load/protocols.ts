/** How a raw socket speaks to a server: as cheaply as it can, so that the load is not what is measured. */
export interface Dialect {
  /** What opens the connection. */
  handshake: (host: string, query: string) => string | Buffer;
  /** What is sent when the handshake is answered. */
  greeting?: Buffer;
  /** A message on its way to the server. */
  saying: (message: string) => Buffer;
}

export type DialectName = 'json' | 'text' | 'socketio' | 'sse' | 'nats' | 'mqtt' | 'nchan';

const TEXT = 1;
const BINARY = 2;

/** A frame of a client (RFC 6455, section 5.2), masked with zeros: the mask costs nothing and changes nothing. */
export function masked(payload: Buffer | string, opcode = TEXT): Buffer {
  const bytes = Buffer.from(payload);
  const short = bytes.length < 126;
  const head = Buffer.alloc(short ? 6 : 8);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (short ? bytes.length : 126);
  if (!short) head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, bytes]);
}

const get = (path: string, headers: string[], host: string): string =>
  [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...headers, '', ''].join('\r\n');

const upgrade =
  (path: string, ...headers: string[]) =>
  (host: string, query: string): string =>
    get(
      `${path}${query && (path.includes('?') ? '&' : '?') + query}`,
      [
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      ],
      host,
    );

/** A text as MQTT carries it, and a packet (MQTT 3.1.1, sections 1.5.3 and 2). All are shorter than 128 bytes. */
const text = (value: string): Buffer => Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
const packet = (type: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type, body.length]), body]);
};

export const DIALECTS: Record<DialectName, Dialect> = {
  json: {
    handshake: upgrade('/ws', 'Sec-WebSocket-Protocol: json'),
    saying: (message) => masked(JSON.stringify({ type: 'new_message', message })),
  },
  text: { handshake: upgrade('/ws'), saying: (message) => masked(message) },
  socketio: {
    handshake: upgrade('/socket.io/?EIO=4&transport=websocket'),
    greeting: masked('40'),
    saying: (message) => masked(`42${JSON.stringify(['new_message', { message }])}`),
  },
  sse: {
    handshake: (host, query) => get(`/sse${query && `?${query}`}`, ['Accept: text/event-stream'], host),
    saying: () => {
      throw new Error('An event stream goes one way.');
    },
  },
  nats: {
    handshake: upgrade('/'),
    greeting: masked('CONNECT {"verbose":false}\r\nSUB lobby 1\r\n', BINARY),
    saying: (message) => masked(`PUB lobby ${message.length}\r\n${message}\r\n`, BINARY),
  },
  // Debian's Mosquitto speaks no WebSocket.
  mqtt: {
    handshake: () => packet(0x10, text('MQTT'), Buffer.from([4, 2, 0, 0]), text('')),
    greeting: packet(0x82, Buffer.from([0, 1]), text('lobby'), Buffer.from([0])),
    saying: (message) => packet(0x30, text('lobby'), Buffer.from(message)),
  },
  nchan: { handshake: upgrade('/lobby'), saying: (message) => masked(message) },
};
