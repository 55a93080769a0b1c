import type { Server } from 'node:http';
import type { AddressLimits } from '../access/address-limits';
import { rejectUpgrade } from '../http/reject';
import { errorBody, Refusal } from '../refusal';
import type { WebSockets } from './websocket';
import { languageOf } from '../words/language';

/**
 * Dispatches handshakes by path: to the raw WebSockets, or to Socket.IO, which has its own listener. All others are
 * refused.
 * @param socketIoPath the path of Socket.IO, without a slash at its end.
 */
export function dispatchUpgrades(
  server: Server,
  limits: AddressLimits,
  sockets: WebSockets,
  socketIoPath: string,
): void {
  server.on('upgrade', (request, socket, head) => {
    const path = request.url?.replace(/\?.*/s, '') ?? '';
    if (path.startsWith(`${socketIoPath}/`)) return;
    if (sockets.serves(path)) return sockets.upgrade(request, socket, head);
    try {
      limits.countRequest(request);
      throw new Refusal('not_found', ['webSocketMissing', path]);
    } catch (error) {
      limits.countRefusal(request);
      rejectUpgrade(socket, errorBody(error, languageOf(request)));
    }
  });
}
