import { frame, UPGRADE } from '../../../__tests__/support/raw';

/** A protocol over a raw socket, as cheap as possible, so that the load does not slow down the measurement. */
export interface Protocol {
  /** Returns the bytes that open the connection. */
  handshake: (host: string, query: string) => string | Buffer;
  /** The bytes that are sent after the answer to the handshake. */
  greeting?: Buffer;
  /** Encodes a message for the server. */
  encodeMessage: (message: string) => Buffer;
}

export type ProtocolName = 'json' | 'text' | 'socketio' | 'sse' | 'nats' | 'mqtt' | 'nchan';

const formatGet = (path: string, headers: readonly string[]): string =>
  [`GET ${path} HTTP/1.1`, ...headers, '', ''].join('\r\n');

/** Returns the handshake of a WebSocket. */
const webSocket =
  (path: string, ...headers: string[]) =>
  (_host: string, query: string): string =>
    formatGet(`${path}${query && (path.includes('?') ? '&' : '?') + query}`, [...UPGRADE, ...headers]);

/** Encodes an MQTT string (MQTT 3.1.1, section 1.5.3) of at most 255 bytes. */
const mqttString = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
/** Encodes an MQTT packet (MQTT 3.1.1, section 2) of less than 128 bytes. */
const mqttPacket = (type: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type, body.length]), body]);
};

export const PROTOCOLS: Record<ProtocolName, Protocol> = {
  json: {
    handshake: webSocket('/ws', 'Sec-WebSocket-Protocol: json'),
    encodeMessage: (message) => frame('text', JSON.stringify({ type: 'new_message', message })),
  },
  text: { handshake: webSocket('/ws'), encodeMessage: (message) => frame('text', message) },
  socketio: {
    handshake: webSocket('/socket.io/?EIO=4&transport=websocket'),
    greeting: frame('text', '40'),
    encodeMessage: (message) => frame('text', `42${JSON.stringify(['new_message', { message }])}`),
  },
  sse: {
    handshake: (host, query) =>
      formatGet(`/sse${query && `?${query}`}`, [`Host: ${host}`, 'Accept: text/event-stream']),
    encodeMessage: () => {
      throw new Error('SSE cannot send messages to the server.');
    },
  },
  nats: {
    handshake: webSocket('/'),
    greeting: frame('binary', 'CONNECT {"verbose":false}\r\nSUB lobby 1\r\n'),
    encodeMessage: (message) => frame('binary', `PUB lobby ${message.length}\r\n${message}\r\n`),
  },
  // Plain TCP, because Debian's Mosquitto is built without WebSocket.
  mqtt: {
    handshake: () => mqttPacket(0x10, mqttString('MQTT'), Buffer.from([4, 2, 0, 0]), mqttString('')),
    greeting: mqttPacket(0x82, Buffer.from([0, 1]), mqttString('lobby'), Buffer.from([0])),
    encodeMessage: (message) => mqttPacket(0x30, mqttString('lobby'), Buffer.from(message)),
  },
  nchan: { handshake: webSocket('/lobby'), encodeMessage: (message) => frame('text', message) },
};
