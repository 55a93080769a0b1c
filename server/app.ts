import compression from 'compression';
import cors from 'cors';
import express from 'express';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { Chat } from './chat';
import type { Config } from './config';
import { Contacts } from './contacts';
import { drainable } from './drain';
import { Log } from './log';
import { boundPipelining } from './pipelining';
import { Presence } from './presence';
import { headers, refuseForeign } from './protection';
import { assets } from './routes/assets';
import { contactRoutes } from './routes/contacts';
import { answerError, notFound } from './routes/errors';
import { page } from './routes/page';
import { roomRoutes } from './routes/room';
import { usernameRoute } from './routes/username';
import type { Stores } from './stores/open';
import { poll } from './transports/poll';
import { attachSocketIo } from './transports/socketio';
import { eventStream, plainSse, sse } from './transports/sse';
import { WebSockets } from './transports/websocket';
import { refuseUpgrade } from './upgrade';
import { Visitors } from './visitor';

/** A server that does not listen yet, and the way to end it. */
export interface App {
  server: Server;
  /** Ends all streams and then the stores; what was taken in is on the disk. May be called again. */
  close(): Promise<void>;
}

/** The compiled server lies in `dist/`, its source in `server/`: both one step below this. */
const ROOT = join(__dirname, '..');

/** Puts the parts together. The stores belong to the app from here on: it closes them. */
export async function createApp(config: Config, stores: Stores): Promise<App> {
  const log = new Log(stores.log, config.tail);
  const presence = new Presence();
  const visitors = await Visitors.open(stores.visitors);
  const chat = new Chat(log, visitors, presence);
  const parts = { log, chat, visitors, presence };
  const contacts = new Contacts(stores.contacts, config.phoneRegion, (change) => presence.tellAll(change));

  const web = express();
  web
    .disable('x-powered-by')
    .set('views', join(ROOT, 'views'))
    .set('view engine', 'ejs')
    .enable('view cache');
  web.use(headers, refuseForeign(config.corsOrigins));
  web.use(cors({ origin: [...config.corsOrigins], exposedHeaders: ['Location', 'Retry-After'] }));
  web.use('/static', assets(ROOT));
  // Streams say `no-transform`: what is compressed is held back until there is enough of it.
  web.use(compression());
  web.use(sse(parts), poll(parts));
  const showPage = page(log, visitors);
  web.get('/', showPage).use(roomRoutes(parts, showPage, eventStream));
  web.use(contactRoutes(contacts), usernameRoute(chat, visitors));
  web.use(notFound, answerError);

  const server = createServer(plainSse(parts, web));
  const drain = drainable(server);
  boundPipelining(server);
  const io = attachSocketIo(server, parts, config.corsOrigins);
  const sockets = new WebSockets(parts, config.corsOrigins);
  server.on('upgrade', (request, socket, head) => {
    const path = request.url?.replace(/\?.*/s, '') ?? '';
    // Socket.IO listens for its own.
    if (path.startsWith(`${io.path()}/`)) return;
    if (sockets.serves(path)) return sockets.upgrade(request, socket, head);
    refuseUpgrade(socket, { error: `There is no WebSocket at ${path}.`, status: 404 });
  });

  const end = async (): Promise<void> => {
    const drained = drain();
    await log.close();
    presence.close();
    sockets.close();
    await io.close();
    await drained;
    await stores.close();
  };
  let ending: Promise<void> | undefined;
  return { server, close: () => (ending ??= end()) };
}
