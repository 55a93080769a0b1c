import { WebSocket } from 'ws';
import type { Visitor } from '../identity/visitor';
import type { Services } from './services';
import type { WebSocketPeer } from './websocket-peer';

/** The most bytes that may wait for a peer when a message is echoed. */
const QUEUED_MAX = 64 * 1024;

/** Sends the messages of a peer back while it reads them, so that people and scripts can try a connection. */
export function echo({ access, visitorLimits }: Services, visitor: Visitor, peer: WebSocketPeer): void {
  const connection = { visitor, disconnect: (reason: Error) => peer.end(reason) };
  access.addConnection(connection);
  peer.on('close', () => access.removeConnection(connection));
  peer.on('message', (data, isBinary) => {
    if (peer.readyState !== WebSocket.OPEN) return;
    try {
      visitorLimits.consume('reads', visitor);
      visitorLimits.countFrame((data as Buffer).length, visitor);
    } catch (error) {
      peer.countAbuse();
      return peer.end(error);
    }
    if (peer.bufferedAmount >= QUEUED_MAX) return peer.closeStalled();
    peer.send(data, { binary: isBinary });
  });
}
