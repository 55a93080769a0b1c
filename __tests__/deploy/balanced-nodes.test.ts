import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../server/wire';
import { BALANCERS, type Balancer, startBalancer } from '../support/balancers';
import { readAll, sendMessage } from '../support/http';
import { type Nodes, startNodes } from '../support/nodes';
import { describePostgres } from '../support/describe-postgres';
import { READERS } from '../support/readers';
import { openClient, connect } from '../support/socket';
import { WRITERS } from '../support/writers';

/** Needs all its requests at one node; see below. */
const POLLING = 'Socket.IO over polling';
const README = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
/** What the README adds to each configuration: a part for its middle, and one for another place. */
const [ofHaproxy, ofNginx] = ['haproxy', 'nginx'].map((language) => {
  const blocks = [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))];
  return blocks
    .map(([, text]) => text!)
    .find((text) => text.includes('socketio'))!
    .split('\n\n');
}) as [string[], string[]];
const ADD_AFFINITY: Record<string, (text: string) => string> = {
  haproxy: (text) =>
    `${text.replace('    default_backend', `${ofHaproxy[0]}\n    default_backend`)}\n${ofHaproxy[1]}`,
  nginx: (text) =>
    text
      .replace('upstream nodes', `${ofNginx[0]}\nupstream nodes`)
      .replace('location /', `${ofNginx[1]}\nlocation /`),
};
const without = (names: string[]) => names.filter((name) => name !== POLLING);

let nodes: Nodes;
let urls: string[];
let room: string;
if (BALANCERS.length > 0)
  describePostgres.each(BALANCERS)('three nodes behind %s', (name) => {
    let balancer: Balancer;
    beforeAll(async () => {
      nodes = await startNodes(3, { TRUST_PROXY: '1' });
      urls = nodes.apps.map(({ url }) => url);
      balancer = await startBalancer(name, urls);
    });
    afterAll(async () => {
      await balancer.close();
      await nodes.close();
    });
    beforeEach(() => (room = `r-${randomUUID().slice(0, 8)}`));

    it('get one request after the other in turns', async () => {
      const counts = urls.map(() => 0);
      nodes.apps.forEach(({ server }, i) =>
        server.on('request', ({ url }) => {
          if (url === '/messages?room=turns') counts[i]! += 1;
        }),
      );
      for (let i = 0; i < 6; i += 1) await fetch(`${balancer.url}/messages?room=turns`);
      expect(counts).toEqual([2, 2, 2]);
    });

    it.each(without(Object.keys(READERS)))(
      'hold a conversation: a reader over %s gets what is written on every node, over every transport',
      async (transport) => {
        const before = await sendMessage(balancer.url, 'before', { room });
        const reader = await READERS[transport]!(balancer.url, { room, after: 'earliest' });
        const writers = await Promise.all(
          without(Object.keys(WRITERS)).map((one) => WRITERS[one]!(balancer.url)),
        );
        const sent: unknown[] = [before];
        for (let i = 0; i < 3; i += 1)
          for (const writer of writers)
            sent.push(await writer.write({ id: randomUUID(), room, message: `message ${sent.length}` }));
        const read: Entry[] = [];
        while (read.length < sent.length) read.push((await reader.next()) as Entry);
        expect(read).toEqual(sent);
        for (const url of urls) expect(await readAll(url, room)).toEqual(sent);
        [reader, ...writers].forEach(({ close }) => close());
      },
    );

    it('store a message once that is sent to all of them', async () => {
      const draft = { id: randomUUID(), room };
      const answers = await Promise.all(
        Array.from({ length: 9 }, () => sendMessage(balancer.url, 'once', draft)),
      );
      expect(await readAll(balancer.url, room)).toEqual([answers[0]]);
    });

    it('refuse the long polling of Socket.IO, which needs one node for a session', async () => {
      const { socket } = openClient(balancer.url, { transports: ['polling'], reconnection: false });
      const error = await new Promise<Error>((resolve) => {
        socket.once('connect_error', resolve).once('disconnect', (reason) => resolve(new Error(reason)));
      });
      expect(error.message).toMatch(/xhr (post|poll) error|transport error/);
    });

    it('hold it over the long polling of Socket.IO with the affinity of the README', async () => {
      const balanced = await startBalancer(name, urls, ADD_AFFINITY[name]);
      const options = { transports: ['polling'], withCredentials: true, auth: { room }, reconnection: false };
      const clients = await Promise.all([1, 2, 3, 4].map(() => connect(balanced.url, options)));
      for (const [i, { socket }] of clients.entries())
        await socket.emitWithAck('new_message', { message: `m${i}` });
      for (const client of clients) {
        await client.next('new_message', ({ message }) => message === 'm3');
        expect(client.texts()).toEqual(['m0', 'm1', 'm2', 'm3']);
        client.socket.disconnect();
      }
      await balanced.close();
    });
  });
