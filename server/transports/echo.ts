import { WebSocket } from 'ws';
import type { Visitor } from '../identity/visitor';
import type { Services } from './services';
import type { WebSocketPeer } from './websocket-peer';

/** The most bytes that may wait for a peer when there is something to echo. */
const QUEUED_MAX = 64 * 1024;

/** Sends the messages of a peer back, as long as it reads them: a probe for people and scripts. */
export function echo({ access, visitorLimits }: Services, visitor: Visitor, peer: WebSocketPeer): void {
  const connection = { visitor, disconnect: (why: Error) => peer.end(why) };
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
