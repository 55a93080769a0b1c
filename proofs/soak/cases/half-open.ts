import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { READ_TRANSPORTS, type ReadTransport } from '../transports/all';
import { check, waitUntil, type Case } from './case';
import { withFixture, type Fixture } from './fixture';

/** How long either side may take to detect it, in ms. */
const MAX_DETECTION_MS = 45_000;
/** The tolerance of the measurement, in ms. */
const TOLERANCE_MS = 1_000;
const TRANSPORTS = ['socketio', 'socketio-polling', 'ws', 'sse'] as const;

/** Links that drop all data, while neither side is notified. */
export const f4: Case = {
  name: 'F4',
  title: 'half-open connections: the server and the clients detect them within 45 s',
  run: (build) =>
    withFixture(build, async (fixture) => {
      const connections = await Promise.all(
        TRANSPORTS.map((transport) => HalfOpenConnection.open(fixture, transport)),
      );
      const deadline = performance.now() + MAX_DETECTION_MS + 3_000;
      await waitUntil(
        'Both sides detect it',
        MAX_DETECTION_MS * 2,
        () => connections.every((connection) => connection.isDetected) || performance.now() > deadline,
      );
      const figures = connections.map(String).join('; ');
      const isInTime = (seconds = Infinity): boolean => seconds * 1_000 <= MAX_DETECTION_MS + TOLERANCE_MS;
      // An SSE client never sends anything, so the server can't tell a dead connection from an idle one.
      check(
        connections.every(
          ({ transport, serverSeconds, clientSeconds }) =>
            isInTime(clientSeconds) && (transport === 'sse' || isInTime(serverSeconds)),
        ),
        figures,
      );
      return figures;
    }),
};

/** A reader behind a stalled link, alone in its room with an observer. */
class HalfOpenConnection {
  /** When the server closed the connection, and when the client detected it, in s after the link had stalled. */
  serverSeconds: number | undefined;
  clientSeconds: number | undefined;

  private constructor(readonly transport: ReadTransport) {}

  static async open(fixture: Fixture, transport: ReadTransport): Promise<HalfOpenConnection> {
    const halfOpen = new HalfOpenConnection(transport);
    const proxy = await fixture.startProxy();
    // The room is named after the transport, and its presence count shows when the server has closed the connection.
    const count = observePresence(fixture, transport);
    await waitUntil('An observer', 5_000, () => count() === 1);
    const connection = READ_TRANSPORTS[transport](proxy.url, transport, 'earliest', {
      onMessage: () => undefined,
      onReset: () => undefined,
    });
    fixture.onClose(() => connection.close());
    await waitUntil(`${transport} is connected`, 5_000, () => count() === 2);
    await pause(500);
    proxy.links.forEach((link) => link.stall());
    const stalledAt = performance.now();
    const seconds = (): number => (performance.now() - stalledAt) / 1_000;
    void connection.closed.then(() => (halfOpen.clientSeconds = seconds()));
    waitUntil('The server detects it', 2 * MAX_DETECTION_MS, () => count() === 1).then(
      () => (halfOpen.serverSeconds = seconds()),
      () => undefined,
    );
    return halfOpen;
  }

  get isDetected(): boolean {
    return this.serverSeconds !== undefined && this.clientSeconds !== undefined;
  }

  toString(): string {
    const format = (seconds: number | undefined): string =>
      seconds === undefined ? 'never' : `${seconds.toFixed(0)} s`;
    return `${this.transport}: server ${format(this.serverSeconds)}, client ${format(this.clientSeconds)}`;
  }
}

/** @returns a function that returns how many people are in the room. */
function observePresence(fixture: Fixture, room: string): () => number {
  let count = 0;
  const observer = new WebSocket(`${fixture.url.replace('http', 'ws')}/ws?room=${room}`, 'json');
  fixture.onClose(() => observer.terminate());
  observer.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString()) as { type: string; count: number };
    if (event.type === 'presence') ({ count } = event);
  });
  return () => count;
}
