/** How a raw socket speaks to a server: as cheaply as it can, so that the load is not what is measured. */
export type Dialect = 'ws' | 'socketio' | 'sse';

/** What a reader sends first. */
export function handshake(dialect: Dialect, host: string): string {
  const path = { ws: '/ws', socketio: '/socket.io/?EIO=4&transport=websocket', sse: '/sse' }[dialect];
  const upgrade = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(dialect === 'ws' ? ['Sec-WebSocket-Protocol: json'] : []),
  ];
  return [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...(dialect === 'sse' ? [] : upgrade), '', ''].join(
    '\r\n',
  );
}

/** What it sends when the handshake is answered, if anything. */
export function greeting(dialect: Dialect): Buffer | undefined {
  return dialect === 'socketio' ? masked('40') : undefined;
}

/** A message on its way to the server. */
export function saying(dialect: Dialect, message: string): Buffer {
  return masked(
    dialect === 'socketio'
      ? `42${JSON.stringify(['new_message', { message }])}`
      : JSON.stringify({ type: 'new_message', message }),
  );
}

/** A text frame of a client (RFC 6455, section 5.2), masked with zeros: the mask costs nothing and changes nothing. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 6 : 8);
  head[0] = 0x81;
  head[1] = 0x80 | (short ? payload.length : 126);
  if (!short) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
