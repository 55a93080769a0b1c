import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from '../soak/build';
import { TS_NODE } from '../ts-node';
import type { ProtocolName } from './load/protocols';

/** A server to measure. */
export interface Candidate {
  name: string;
  /** Returns the command that runs it. @param folder for its files. */
  command: (folder: string, port: number) => string[];
  /** `on` for Parley's default limits; off by default. */
  limits?: 'on';
  /** The protocol of readers. */
  reads: ProtocolName;
  /** The protocol of writers. */
  writes: ProtocolName;
}

const node = (...args: string[]): string[] => [process.execPath, ...args];
const ownServer =
  (name: string, ...args: string[]) =>
  () =>
    node(...TS_NODE, join(__dirname, 'candidates', `${name}.ts`), ...args);
const parley = () => node(join(__dirname, '..', '..', 'dist', 'main.js'));

/** Parley, by the transport of its readers. */
export const PARLEY = {
  ws: { name: 'Parley /ws', command: parley, reads: 'json', writes: 'text' },
  socketio: { name: 'Parley Socket.IO', command: parley, reads: 'socketio', writes: 'socketio' },
  sse: { name: 'Parley SSE', command: parley, reads: 'sse', writes: 'socketio' },
} satisfies Record<string, Candidate>;

/** Returns another build of Parley. */
export const parleyFrom = ({ main }: Build): Candidate => ({ ...PARLEY.ws, command: () => node(main) });

/** Parley with its default limits. */
export const PARLEY_WITH_LIMITS: Candidate = { ...PARLEY.socketio, limits: 'on' };

/** How many messages of history a new reader gets. */
export const HISTORY_SIZE = 50;

/** The simplest chat servers, which store nothing: a loop over all clients. */
export const SIMPLE_SERVERS = {
  ws: { name: 'ws, a loop', command: ownServer('ws'), reads: 'json', writes: 'json' },
  socketio: {
    name: 'Socket.IO, io.emit',
    command: ownServer('socketio', String(HISTORY_SIZE)),
    reads: 'socketio',
    writes: 'socketio',
  },
} satisfies Record<string, Candidate>;

/** The upper bound: it neither stores nor validates, and writes to each socket once in a turn of the event loop. */
export const BARE_LOOP: Candidate = {
  name: 'a bare coalescing loop',
  command: ownServer('coalescing'),
  reads: 'json',
  writes: 'json',
};

/** The cost of an acknowledgement in Socket.IO alone. */
export const ACKNOWLEDGING: Candidate = {
  name: 'Socket.IO that stores nothing',
  command: ownServer('acknowledging'),
  reads: 'socketio',
  writes: 'socketio',
};

/** Socket.IO with the same frames, written through Engine.IO or to its TCP socket. */
export const SOCKETIO_WRITES = {
  preEncoded: {
    name: 'wsPreEncodedFrame',
    command: ownServer('socketio-frames', 'preEncoded'),
    reads: 'socketio',
    writes: 'socketio',
  },
  direct: {
    name: 'to the socket',
    command: ownServer('socketio-frames', 'direct'),
    reads: 'socketio',
    writes: 'socketio',
  },
} satisfies Record<string, Candidate>;

const NCHAN_MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';

/** Returns a server with its configuration, or an empty list if it is not installed. @param requiredFile its program or a module, which must exist. */
function ifInstalled(
  name: string,
  protocol: ProtocolName,
  program: string,
  configure: (folder: string, port: number) => string,
  requiredFile = program,
): Candidate[] {
  const command = (folder: string, port: number): string[] => {
    const file = join(folder, 'server.conf');
    writeFileSync(file, configure(folder, port));
    return [program, '-c', file];
  };
  return existsSync(requiredFile) ? [{ name, reads: protocol, writes: protocol, command }] : [];
}

/** Servers of Debian's packages `libnginx-mod-nchan`, `nats-server` and `mosquitto`, if they are installed. */
export const INSTALLED_SERVERS: readonly Candidate[] = [
  ...ifInstalled(
    'nginx + Nchan',
    'nchan',
    '/usr/sbin/nginx',
    (folder, port) =>
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit; load_module ${NCHAN_MODULE};
      worker_rlimit_nofile 20000; events { worker_connections 12000; }
      http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
        server { listen 127.0.0.1:${port}; location /lobby {
          nchan_pubsub websocket; nchan_channel_id lobby; nchan_subscriber_first_message newest; } } }`,
    NCHAN_MODULE,
  ),
  ...ifInstalled(
    'NATS',
    'nats',
    '/usr/sbin/nats-server',
    (_folder, port) =>
      `log_file: "/dev/null"\nlisten: "127.0.0.1:-1"\nwebsocket { listen: "127.0.0.1:${port}", no_tls: true }\n`,
  ),
  ...ifInstalled(
    'Mosquitto (MQTT on TCP)',
    'mqtt',
    '/usr/sbin/mosquitto',
    (_folder, port) =>
      `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nlog_type error\n`,
  ),
];
