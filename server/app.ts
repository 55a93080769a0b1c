import compression from 'compression';
import cors from 'cors';
import express from 'express';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { boundConnections } from './access/crowd';
import { Door } from './access/door';
import { Limits } from './access/limits';
import { passkeyOrigin } from './access/origin';
import { SignInLimits } from './access/sign-in-limits';
import { Turns } from './access/turns';
import { Accounts } from './accounts/accounts';
import { Challenges } from './accounts/challenges';
import { Invitations } from './accounts/invitations';
import { Passkeys } from './accounts/passkeys';
import { Chat } from './chat/chat';
import { Contacts } from './chat/contacts';
import { Moderation } from './chat/moderation';
import { Presence } from './chat/presence';
import type { Config } from './config';
import { drainable } from './http/drain';
import { boundRequests } from './http/held';
import { createListener } from './http/listener';
import { answerInTurn } from './http/pipelining';
import { headers, refuseForeign } from './http/protection';
import { Throttle } from './http/throttle';
import { boundUnread } from './http/unread';
import { answerUnreadable } from './http/unreadable';
import { turnAway } from './http/upgrade';
import { Addresses } from './identity/address';
import { Devices } from './identity/devices';
import { newSecret } from './identity/secret';
import { Visitors } from './identity/visitor';
import { Log } from './log/log';
import { errorBody, Refusal } from './refusal';
import { accountRoutes } from './routes/account';
import { assets } from './routes/assets';
import { contactRoutes } from './routes/contacts';
import { answerError, notFound } from './routes/errors';
import { invitationRoutes } from './routes/invitations';
import { moderationRoutes } from './routes/moderation';
import { page } from './routes/page';
import { roomRoutes } from './routes/room';
import { usernameRoute } from './routes/username';
import type { Stores } from './stores/open';
import { admission, countReads, takeTurns } from './transports/admission';
import { poll } from './transports/poll';
import { attachSocketIo } from './transports/socketio';
import { eventStream, plainSse, sse } from './transports/sse';
import { WebSockets } from './transports/websocket';

/** A server that does not listen yet, and the way to end it. */
export interface App {
  server: Server;
  /**
   * The secret of the link that makes its first user an owner: when the server is new, and never again.
   * @param anew makes another: for who has lost it.
   */
  ownersLink(anew?: boolean): Promise<string | undefined>;
  /** Ends all streams and then the stores; what was taken in is on the disk. May be called again. */
  close(): Promise<void>;
}

/** The compiled server lies in `dist/`, its source in `server/`: both one step below this. */
const ROOT = join(__dirname, '..');

/** Puts the parts together. The stores belong to the app from here on: it closes them. */
export async function createApp(config: Config, stores: Stores): Promise<App> {
  const log = new Log(stores.log, config.tail);
  const presence = new Presence();
  const addresses = new Addresses(config.trustProxy);
  const visitors = await Visitors.open(stores.visitors, addresses);
  const limits = new Limits(config.limits);
  const door = new Door(config.access, visitors, stores.moderation, limits);
  const moderation = new Moderation(stores.moderation, visitors, log, door, presence);
  const chat = new Chat(log, visitors, presence, moderation, limits);
  const parts = { log, chat, visitors, presence, door, moderation, limits, turns: new Turns() };
  const key = await stores.visitors.signingKey(newSecret());
  const passkeys = new Passkeys(stores.accounts, new Challenges(key));
  const signIns = new SignInLimits(config.limits?.signIns);
  const accounts = new Accounts(stores.accounts, visitors, passkeys, limits, signIns, (who) =>
    door.review(who),
  );
  const invitations = new Invitations(stores.invitations, visitors);
  const contacts = new Contacts(stores.contacts, config.phoneRegion, (change) => presence.tellAll(change));

  const web = express();
  web
    .disable('x-powered-by')
    .set('trust proxy', config.trustProxy)
    .set('views', join(ROOT, 'views'))
    .set('view engine', 'ejs')
    .enable('view cache');
  web.use(headers(config.tls !== undefined), refuseForeign(config.corsOrigins));
  web.use(cors({ origin: [...config.corsOrigins], exposedHeaders: ['Location', 'Retry-After'] }));
  web.use('/static', takeTurns(parts), assets(ROOT), notFound);
  // Streams say `no-transform`: what is compressed is held back until there is enough of it.
  web.use(compression());
  const originOf = passkeyOrigin(addresses, config.corsOrigins);
  const devices = new Devices(addresses, key);
  web.use(accountRoutes(accounts, visitors, door, devices, originOf), usernameRoute(chat, door));
  web.use(invitationRoutes(invitations, visitors, door, config.publicUrl));
  web.use(sse(parts), admission(door), countReads(parts), poll(parts));
  const showPage = page(log, visitors, moderation);
  web.get('/', showPage).use(roomRoutes(parts, showPage, eventStream));
  web.use(contactRoutes(contacts, chat), moderationRoutes(moderation, invitations));
  web.use(notFound, answerError);

  const server = createListener(config.tls, new Throttle(door).over(plainSse(parts, web)));
  const drain = drainable(server);
  boundConnections(server, addresses, limits);
  const io = attachSocketIo(server, parts, config.corsOrigins);
  const sockets = new WebSockets(parts, config.corsOrigins);
  answerUnreadable(server, door);
  answerInTurn(server);
  boundRequests(server, door, limits.held);
  boundUnread(server, addresses, limits.unread);
  server.on('upgrade', (request, socket, head) => {
    const path = request.url?.replace(/\?.*/s, '') ?? '';
    // Socket.IO listens for its own.
    if (path.startsWith(`${io.path()}/`)) return;
    if (sockets.serves(path)) return sockets.upgrade(request, socket, head);
    try {
      door.countRequest(request);
      throw new Refusal(404, `There is no WebSocket at ${path}.`);
    } catch (error) {
      door.countRefusal(request);
      turnAway(socket, errorBody(error));
    }
  });

  const end = async (): Promise<void> => {
    const drained = drain();
    await log.close();
    presence.close();
    door.close();
    sockets.close();
    await io.close();
    await drained;
    await stores.close();
  };
  let ending: Promise<void> | undefined;
  return {
    server,
    ownersLink: (anew) => invitations.ownersLink(anew),
    close: () => (ending ??= end()),
  };
}
