import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { PUSH_TRANSPORTS } from '../transports/all';
import { openResponse } from '../transports/http';
import { check, waitUntil, type Case } from './case';
import { withFixture } from './fixture';
import { withNginx } from './nginx-proxy';

/** How long streams are idle, in ms: longer than nginx's `proxy_read_timeout` of 60 s. */
const IDLE_MS = 75_000;

/** nginx buffers responses by default. */
export const f13: Case = {
  name: 'F13',
  title: 'nginx in front, default buffering: the first SSE byte in 1 s',
  run: (build) =>
    withFixture(build, (fixture) =>
      withNginx(fixture, async (url) => {
        const firstBytes: number[] = [];
        for (let i = 0; i < 10; i += 1) {
          const startedAt = performance.now();
          const response = await openResponse(`${url}/sse`);
          await once(response, 'data');
          firstBytes.push(performance.now() - startedAt);
          response.destroy();
        }
        const latencies: number[] = [];
        let sentAt = 0;
        const reader = fixture.openReader('sse', 'earliest', url, () =>
          latencies.push(performance.now() - sentAt),
        );
        const writer = await fixture.openWriter('post', url);
        for (let i = 1; i <= 10; i += 1) {
          sentAt = performance.now();
          await fixture.write(writer);
          await waitUntil('The message', 2_000, () => reader.seq() === i);
        }
        const [firstByte, message] = [Math.max(...firstBytes), Math.max(...latencies)];
        check(
          firstByte < 1_000 && message < 1_000,
          `The first byte took ${firstByte.toFixed(0)} ms, a message ${message.toFixed(0)} ms.`,
        );
        return `first byte after at most ${firstByte.toFixed(0)} ms, a live message after at most ${message.toFixed(0)} ms`;
      }),
    ),
};

/** nginx closes streams that are silent for longer than `proxy_read_timeout`. */
export const f14: Case = {
  name: 'F14',
  title: 'nginx with proxy_read_timeout 60 s: an idle stream is not dropped in 75 s',
  run: (build) =>
    withFixture(build, (fixture) =>
      withNginx(fixture, async (url) => {
        await fixture.fill(1);
        const readers = PUSH_TRANSPORTS.map((transport) => fixture.openReader(transport, 'earliest', url));
        await waitUntil('Readers read', 5_000, () => readers.every(({ seq }) => seq() === 1));
        await pause(IDLE_MS);
        const dropped = readers.filter(({ closeReason }) => closeReason());
        check(dropped.length === 0, `${dropped.length} of ${readers.length} streams were dropped.`);
        await fixture.write(await fixture.openWriter('post'));
        await waitUntil('Readers still read', 2_000, () => readers.every(({ seq }) => seq() === 2));
        return 'Socket.IO, WebSocket and SSE idle for 75 s, none dropped, the next message reached all';
      }),
    ),
};

/** The same, in the formats of `/r/lobby?follow`. */
export const f32: Case = {
  name: 'F32',
  title: 'nginx with proxy_read_timeout 60 s: every streaming format is kept alive',
  run: (build) =>
    withFixture(build, (fixture) =>
      withNginx(fixture, async (url) => {
        const formats = ['text/plain', 'application/x-ndjson', 'text/event-stream'];
        const dropped: string[] = [];
        const texts = formats.map(() => '');
        const responses = await Promise.all(
          formats.map((format) =>
            openResponse(`${url}/r/lobby?follow`, { headers: { Accept: format }, timeoutMs: 90_000 }),
          ),
        );
        responses.forEach((response, i) => {
          response.on('data', (chunk) => (texts[i] += String(chunk)));
          response.on('close', () => dropped.push(formats[i]!)).on('error', () => undefined);
          fixture.onClose(() => response.destroy());
        });
        await pause(IDLE_MS);
        check(dropped.length === 0, `Dropped: ${dropped.join(', ')}.`);
        await fixture.write(await fixture.openWriter('post'), 'after the silence');
        await waitUntil('All streams receive it', 5_000, () =>
          texts.every((text) => text.includes('after the silence')),
        );
        return `${formats.join(', ')} idle for 75 s, none dropped, the next message reached all`;
      }),
    ),
};
