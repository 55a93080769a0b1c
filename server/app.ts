import cors from 'cors';
import express from 'express';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { Chat } from './chat';
import type { Config } from './config';
import { Contacts } from './contacts';
import { drainable } from './drain';
import { Log } from './log';
import { Presence } from './presence';
import { headers, refuseForeign } from './protection';
import { assets } from './routes/assets';
import { contactRoutes } from './routes/contacts';
import { answerError, notFound } from './routes/errors';
import { pageRoutes } from './routes/page';
import { usernameRoute } from './routes/username';
import type { Stores } from './stores/open';
import { poll } from './transports/poll';
import { attachSocketIo } from './transports/socketio';
import { sse } from './transports/sse';
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
  const log = new Log(stores.log);
  const presence = new Presence();
  const visitors = await Visitors.open(stores.visitors);
  const chat = new Chat(log, visitors, presence);
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
  web.use(sse(log, visitors, presence), poll(log, chat, visitors));
  web.use(contactRoutes(contacts), usernameRoute(chat, visitors), pageRoutes(log, visitors));
  web.use(notFound, answerError);

  const server = createServer(web);
  const drain = drainable(server);
  const io = attachSocketIo(server, { log, chat, visitors, presence }, config.corsOrigins);
  server.on('upgrade', (request, socket) => {
    if (request.url?.startsWith(io.path())) return;
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });

  const end = async (): Promise<void> => {
    const drained = drain();
    await log.close();
    presence.close();
    await io.close();
    await drained;
    await stores.close();
  };
  let ending: Promise<void> | undefined;
  return { server, close: () => (ending ??= end()) };
}
