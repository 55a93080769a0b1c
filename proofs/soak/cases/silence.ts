import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { READS, type ReadName } from '../transports/all';
import { begin } from '../transports/http';
import { expect, until, type Case } from './case';
import { onGround, type Ground } from './fixture';
import { withNginx } from './nginx';

/** How long either side may take to notice that the other is gone, in ms. */
const NOTICE = 45_000;
const PUSHED = ['socketio', 'socketio-polling', 'ws', 'sse'] as const;

/** The connection is there and nothing gets through, which no side is told. */
export const f4: Case = {
  name: 'F4',
  title: 'half-open connections: the server and the clients notice within 45 s',
  run: (build) =>
    onGround(build, async (ground) => {
      const sides = await Promise.all(PUSHED.map((way) => halfOpen(ground, way)));
      const late = performance.now() + NOTICE + 3_000;
      const done = ({ server, client }: HalfOpen): boolean =>
        server() !== undefined && client() !== undefined;
      await until('', NOTICE * 2, () => sides.every(done) || performance.now() > late);
      const told = (seconds: number | undefined): string =>
        seconds === undefined ? 'never' : `${seconds.toFixed(0)} s`;
      const figures = sides
        .map(({ way, server, client }) => `${way}: server ${told(server())}, client ${told(client())}`)
        .join('; ');
      // On SSE nothing ever comes back, so a server can't tell a reader behind a dead line from one that is content.
      const well = sides.every(
        ({ way, server, client }) =>
          (client() ?? Infinity) * 1_000 <= NOTICE + 1_000 &&
          (way === 'sse' || (server() ?? Infinity) * 1_000 <= NOTICE + 1_000),
      );
      expect(well, figures);
      return figures;
    }),
};

interface HalfOpen {
  way: ReadName;
  /** When the server let the reader go, and when the client noticed, in seconds after the line went dead. */
  server: () => number | undefined;
  client: () => number | undefined;
}

/** Puts a reader into a room of its own, and cuts its line off; the server's side is told by who is present there. */
async function halfOpen(ground: Ground, way: ReadName): Promise<HalfOpen> {
  const proxy = await ground.proxy();
  let count = 0;
  const observer = new WebSocket(`${ground.url.replace('http', 'ws')}/ws?room=${way}`, 'json');
  ground.onClose(() => observer.terminate());
  observer.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString()) as { type: string; count: number };
    if (event.type === 'presence') ({ count } = event);
  });
  await until('An observer', 5_000, () => count === 1);
  const stream = READS[way](proxy.url, way, 'earliest', { message: () => undefined, reset: () => undefined });
  ground.onClose(() => stream.close());
  await until(`${way} is there`, 5_000, () => count === 2);
  await pause(500);
  proxy.links.forEach((link) => link.stall());
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1_000;
  let client: number | undefined;
  let server: number | undefined;
  void stream.ended.then(() => (client = seconds()));
  until('', 2 * NOTICE, () => count === 1).then(
    () => (server = seconds()),
    () => undefined,
  );
  return { way, server: () => server, client: () => client };
}

/** The server stands still, and goes on as if nothing had been. */
export const f5: Case = {
  name: 'F5',
  title: 'the server is stopped for 30 s: readers resume, nothing twice',
  run: (build) =>
    onGround(build, async (ground) => {
      await ground.fill(500);
      const ways = [...PUSHED, 'subscribe'] as const;
      let watches = ways.map((way) => ground.watch(way));
      await until('Readers read', 5_000, () => watches.every(({ seq }) => seq() === 500));
      const line = await ground.line('post');
      ground.server.child.kill('SIGSTOP');
      const unheard = Array.from({ length: 5 }, () => ground.dice.uuid());
      const answers = unheard.map((id) =>
        ground.say(line, 'while it stood still', id).catch(() => undefined),
      );
      await pause(30_000);
      ground.server.child.kill('SIGCONT');
      await Promise.all(answers);
      for (const id of unheard) await ground.say(await ground.line('post'), 'while it stood still', id);
      await ground.fill(100);
      await pause(1_000);
      const dropped = watches.filter(({ ending }) => ending()).length;
      watches = watches.map((watch, i) =>
        watch.ending()
          ? Object.assign(ground.watch(ways[i]!, watch.cursor()), { wrong: watch.wrong })
          : watch,
      );
      const log = await ground.log();
      await until('Readers resume', 10_000, () => watches.every(({ seq }) => seq() === log.length));
      const wrong = watches.flatMap((watch) => watch.wrong);
      expect(wrong.length === 0, wrong[0]!);
      expect(log.length === 605, `${log.length} messages, not 605.`);
      return `${ways.length} readers resumed, ${dropped} of them on a new connection; ${log.length} messages, each once`;
    }),
};

/** The same, on the formats for people and scripts. */
export const f32: Case = {
  name: 'F32',
  title: 'nginx with proxy_read_timeout 60 s: every streaming format is kept alive',
  run: (build) =>
    onGround(build, (ground) =>
      withNginx(ground, async (url) => {
        const formats = ['text/plain', 'application/x-ndjson', 'text/event-stream'];
        const ended: string[] = [];
        const texts = formats.map(() => '');
        const streams = await Promise.all(
          formats.map((accept) =>
            begin(`${url}/r/lobby?follow`, { headers: { Accept: accept }, patience: 90_000 }),
          ),
        );
        streams.forEach((stream, i) => {
          stream.on('data', (chunk) => (texts[i] += String(chunk)));
          stream.on('close', () => ended.push(formats[i]!)).on('error', () => undefined);
          ground.onClose(() => stream.destroy());
        });
        await pause(75_000);
        expect(ended.length === 0, `Dropped: ${ended.join(', ')}.`);
        await ground.say(await ground.line('post'), 'after the silence');
        await until('They still read', 5_000, () =>
          texts.every((text) => text.includes('after the silence')),
        );
        return `${formats.join(', ')} idle for 75 s, none dropped, the next message reached all`;
      }),
    ),
};

/** Somebody's proxy ends what is silent for a minute. */
export const f14: Case = {
  name: 'F14',
  title: 'nginx with proxy_read_timeout 60 s: an idle stream is not dropped in 75 s',
  run: (build) =>
    onGround(build, (ground) =>
      withNginx(ground, async (url) => {
        await ground.fill(1);
        const watches = (['socketio', 'ws', 'sse'] as const).map((way) => ground.watch(way, 'earliest', url));
        await until('Readers read', 5_000, () => watches.every(({ seq }) => seq() === 1));
        await pause(75_000);
        const dropped = watches.filter(({ ending }) => ending());
        expect(dropped.length === 0, `${dropped.length} of ${watches.length} streams were dropped.`);
        await ground.say(await ground.line('post'));
        await until('They still read', 2_000, () => watches.every(({ seq }) => seq() === 2));
        return 'Socket.IO, WebSocket and SSE idle for 75 s, none dropped, the next message reached all';
      }),
    ),
};
