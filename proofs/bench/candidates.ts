import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DialectName } from './load/protocols';

/** A server to measure, and how it is spoken to. */
export interface Peer {
  name: string;
  /** The command that runs it in a folder of its own; on this port, or on one that it prints. */
  command: (folder: string, port: number) => string[];
  /** `on` for Parley's default limits; it has none without this. */
  limits?: 'on';
  /** How the readers speak to it. */
  reads: DialectName;
  /** How the writers do. */
  writes: DialectName;
}

const node = (...args: string[]): string[] => [process.execPath, ...args];
const own =
  (name: string, ...args: string[]) =>
  () =>
    node('-r', 'ts-node/register/transpile-only', join(__dirname, 'candidates', `${name}.ts`), ...args);
const parley = () => node(join(__dirname, '..', '..', 'dist', 'main.js'));

/** Parley, by the way its readers come. */
export const PARLEY = {
  ws: { name: 'Parley /ws', command: parley, reads: 'json', writes: 'text' },
  socketio: { name: 'Parley Socket.IO', command: parley, reads: 'socketio', writes: 'socketio' },
  sse: { name: 'Parley SSE', command: parley, reads: 'sse', writes: 'socketio' },
} satisfies Record<string, Peer>;

/** Parley as it is after an installation. */
export const LIMITED: Peer = { ...PARLEY.socketio, limits: 'on' };

/** What is compared most: the loops that a chat begins with. They store nothing. */
export const LOOPS = {
  ws: { name: 'ws, a loop', command: own('ws'), reads: 'json', writes: 'json' },
  socketio: { name: 'Socket.IO, io.emit', command: own('socketio'), reads: 'socketio', writes: 'socketio' },
} satisfies Record<string, Peer>;

/** The most that could be had: it stores nothing and checks nothing, and writes to each socket once in a turn. */
export const BARE: Peer = {
  name: 'a bare coalescing loop',
  command: own('coalescing'),
  reads: 'json',
  writes: 'json',
};

/** What Socket.IO takes to acknowledge, and nothing else. */
export const ACKNOWLEDGING: Peer = {
  name: 'Socket.IO that stores nothing',
  command: own('acknowledging'),
  reads: 'socketio',
  writes: 'socketio',
};

/** Two ways to write the same frames to a Socket.IO connection: Engine.IO's own, and past it. */
export const SOCKETIO_WRITES = {
  preEncoded: {
    name: 'wsPreEncodedFrame',
    command: own('socketio-frames', 'preEncoded'),
    reads: 'socketio',
    writes: 'socketio',
  },
  direct: {
    name: 'to the socket',
    command: own('socketio-frames', 'direct'),
    reads: 'socketio',
    writes: 'socketio',
  },
} satisfies Record<string, Peer>;

const NCHAN_MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';

/** A server that is installed, run with a configuration of its own. */
function installed(
  name: string,
  dialect: DialectName,
  program: string,
  configure: (folder: string, port: number) => string,
  needs = program,
): Peer[] {
  const command = (folder: string, port: number): string[] => {
    const file = join(folder, 'peer.conf');
    writeFileSync(file, configure(folder, port));
    return [program, '-c', file];
  };
  return existsSync(needs) ? [{ name, reads: dialect, writes: dialect, command }] : [];
}

/** Servers from Debian's packages `libnginx-mod-nchan`, `nats-server` and `mosquitto`, where they are installed. */
export const INSTALLED: readonly Peer[] = [
  ...installed(
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
  ...installed(
    'NATS',
    'nats',
    '/usr/sbin/nats-server',
    (_folder, port) =>
      `log_file: "/dev/null"\nlisten: "127.0.0.1:-1"\nwebsocket { listen: "127.0.0.1:${port}", no_tls: true }\n`,
  ),
  ...installed(
    'Mosquitto (MQTT on TCP)',
    'mqtt',
    '/usr/sbin/mosquitto',
    (_folder, port) =>
      `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nlog_type error\n`,
  ),
];
