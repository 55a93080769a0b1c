import compression from 'compression';
import cors from 'cors';
import express from 'express';
import type { IncomingMessage, Server } from 'node:http';
import { join } from 'node:path';
import { AccessControl } from './access/access-control';
import { AddressLimits } from './access/address-limits';
import { Availability } from './access/availability';
import { FairScheduler } from './access/fair-scheduler';
import type { AuthorizedLog } from './access/authorized-log';
import { VisitorLimits } from './access/visitor-limits';
import { ownOrigin, passkeyOrigin } from './access/origin';
import { createRateLimits } from './access/rate-limits';
import { RoomAccess } from './access/room-access';
import { SharedRateLimiters } from './access/shared-rate-limiters';
import { SlowMode } from './access/slow-mode';
import { createAccountServices } from './accounts/account-services';
import { Invitations } from './accounts/invitations';
import { subscribeToChanges } from './chat/subscribe-to-changes';
import { AuditLog } from './chat/audit-log';
import { Chat } from './chat/chat';
import { Contacts } from './chat/contacts';
import { Deletions } from './chat/deletions';
import { Members } from './chat/members';
import { Moderation } from './chat/moderation';
import { News } from './chat/news';
import { InMemoryPresence } from './chat/presence';
import { RoomList } from './chat/room-list';
import { Rooms } from './chat/rooms';
import { Rules } from './chat/rules';
import { WriteAccess } from './chat/write-access';
import type { Config } from './config/config';
import { handleClientErrors } from './http/client-errors';
import { limitConnections } from './http/connections';
import { gracefulShutdown } from './http/graceful-shutdown';
import { createHttpServer } from './http/http-server';
import { limitPipelining } from './http/pipelining';
import { limitRequestMemory } from './http/request-memory';
import { securityHeaders, refuseForeignOrigins } from './http/security-headers';
import { limitSendBuffers } from './http/send-buffers';
import { Throttle } from './http/throttle';
import { Addresses } from './identity/address';
import { Devices } from './identity/devices';
import { newSecret } from './identity/secret';
import { Visitors } from './identity/visitors';
import { Log } from './log/log';
import { accountRoutes } from './routes/account';
import { assets } from './routes/assets';
import { contactRoutes } from './routes/contacts';
import { answerError, notFound } from './routes/errors';
import { healthRoutes } from './routes/health';
import { invitationRoutes } from './routes/invitations';
import { languageRoute } from './routes/language';
import { moderationRoutes } from './routes/moderation';
import { page } from './routes/page';
import { roomRoutes } from './routes/room';
import { roomsRoutes } from './routes/rooms';
import { usernameRoute } from './routes/username';
import type { Stores } from './stores/open';
import { authorize, chargeReads, scheduleRequests } from './transports/authorization';
import { poll } from './transports/poll';
import type { Services } from './transports/services';
import { attachSocketIo } from './transports/socketio';
import { eventStream, plainSse, sse } from './transports/sse';
import { dispatchUpgrades } from './transports/upgrades';
import { WebSockets } from './transports/websocket';

/** A server that does not listen yet, and the operations that its process needs. */
export interface App {
  server: Server;
  /** Makes the server not ready for balancers. It serves on until it is closed. */
  drain(): void;
  /** Ends all connections, then closes the stores: everything that was accepted is on disk. May be called again. */
  close(): Promise<void>;
}

/** The compiled server is in `dist/`, its source in `server/`: both directly below this folder. */
const ROOT = join(__dirname, '..');

/** Composes the parts of the server. The app owns the stores from here on, and closes them. */
export async function createApp(config: Config, stores: Stores): Promise<App> {
  const log = new Log(stores.log, config.tail);
  const authorizedLog: AuthorizedLog = log;
  const presence = new InMemoryPresence(stores.bus);
  const addresses = new Addresses(config.trustProxy);
  const key = await stores.visitors.signingKey(newSecret());
  const visitors = new Visitors(stores.visitors, addresses, key);
  const limiters = new SharedRateLimiters(stores.bus);
  const rateLimits = createRateLimits(config.limits, limiters.create);
  const connections = config.limits?.connections ?? Infinity;
  const visitorLimits = new VisitorLimits(rateLimits, connections);
  const addressLimits = new AddressLimits(addresses, rateLimits, connections);
  const roomAccess = new RoomAccess(stores.members);
  const access = new AccessControl(config.access, visitors, stores.moderation, visitorLimits, roomAccess);
  const availability = new Availability(stores, access);
  const news = new News(authorizedLog, roomAccess);
  stores.log.onCommit((room) => news.noteGrowth(room));
  subscribeToChanges(stores.control, access, presence, news);
  const moderation = new Moderation(stores.moderation, visitors, access);
  const rules = new Rules(stores.moderation, visitors);
  const deletions = new Deletions(authorizedLog, roomAccess, stores.rooms, visitors);
  const auditLog = new AuditLog(stores.moderation, visitors);
  const writeAccess = new WriteAccess(visitors, visitorLimits);
  const chat = new Chat(
    authorizedLog,
    roomAccess,
    visitors,
    presence,
    rules,
    writeAccess,
    visitorLimits,
    new SlowMode(stores.slowMode),
  );
  const services: Services = {
    log: authorizedLog,
    chat,
    writeAccess,
    visitors,
    presence,
    news,
    access,
    rooms: roomAccess,
    addressLimits,
    deletions,
    visitorLimits,
    scheduler: new FairScheduler(),
  };
  const accountServices = createAccountServices(
    stores,
    visitors,
    key,
    visitorLimits,
    config.limits?.signIns,
    limiters.create,
  );
  const invitations = new Invitations(stores.invitations, visitors, access);
  const rooms = new Rooms(stores.rooms, roomAccess, visitors, writeAccess, key);
  const members = new Members(stores.members, stores.rooms, visitorLimits, writeAccess);
  const roomList = new RoomList(roomAccess, stores.rooms, stores.members, authorizedLog, presence);
  const contacts = new Contacts(stores.contacts, writeAccess, config.phoneRegion);

  const web = express();
  web
    .disable('x-powered-by')
    .set('trust proxy', config.trustProxy)
    .set('views', join(ROOT, 'views'))
    .set('view engine', 'ejs')
    .enable('view cache');
  web.use(securityHeaders(config.tls !== undefined), refuseForeignOrigins(config.corsOrigins));
  web.use(cors({ origin: [...config.corsOrigins], exposedHeaders: ['Location', 'Retry-After'] }));
  web.use('/static', scheduleRequests(services), assets(ROOT), notFound);
  web.use(healthRoutes(availability));
  // Streams opt out by `no-transform`: a compressor would delay them until its buffer is full.
  web.use(compression());
  const originOf = passkeyOrigin(addresses, config.corsOrigins);
  const linkOrigin = (request: IncomingMessage) => config.publicUrl ?? ownOrigin(addresses, request);
  const devices = new Devices(addresses, key);
  web.use(
    accountRoutes(accountServices, visitors, access, addresses, devices, originOf),
    usernameRoute(chat, access),
  );
  web.use(languageRoute(), invitationRoutes(invitations, visitors, access, linkOrigin));
  web.use(sse(services), authorize(access), chargeReads(services), poll(services));
  const showPage = page(authorizedLog, roomAccess, visitors, rules);
  web.get('/', showPage).use(roomRoutes(services, showPage, eventStream));
  web.use(
    contactRoutes(contacts),
    moderationRoutes({ moderation, rules, deletions, auditLog, invitations, visitors, rooms: roomAccess }),
    roomsRoutes(rooms, members, roomList, services),
  );
  web.use(notFound, answerError);

  const server = createHttpServer(config.tls, new Throttle(addressLimits).wrap(plainSse(services, web)));
  const shutDown = gracefulShutdown(server);
  limitConnections(server, addressLimits);
  const io = attachSocketIo(server, services, config.corsOrigins);
  const sockets = new WebSockets(services, config.corsOrigins);
  handleClientErrors(server, addressLimits);
  limitPipelining(server);
  limitRequestMemory(server, addressLimits);
  limitSendBuffers(server, addressLimits);
  dispatchUpgrades(server, addressLimits, sockets, io.path());

  const closeAll = async (): Promise<void> => {
    availability.close();
    const shutdown = shutDown();
    await log.close();
    presence.close();
    news.close();
    limiters.close();
    sockets.close();
    await io.close();
    await shutdown;
    await access.close();
    await visitors.close();
    await stores.close();
  };
  let closing: Promise<void> | undefined;
  return {
    server,
    drain: () => availability.drain(),
    close: () => (closing ??= closeAll()),
  };
}
