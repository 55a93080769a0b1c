import { PAYLOAD_BYTES_MAX } from '../../../server/access/bus';
import { InMemoryPresence, type Presence } from '../../../server/chat/presence';
import type { Ephemeral } from '../../../server/wire';
import { TestBus } from '../../support/bus';

const visitor = (id: string, username = id) => ({ id, username, isPersistent: false, address: '127.0.0.1' });

describe('presence on several nodes', () => {
  let bus: TestBus;
  let ends: ReturnType<TestBus['connect']>[];
  let nodes: Presence[];
  let received: Record<string, Ephemeral[]>;
  const join = (node: number, room: string, id: string, username?: string) =>
    nodes[node]!.join(room, visitor(id, username), {
      notify: (event: Ephemeral) => void (received[id] ??= []).push(event),
    });
  const people = (node: number, room = 'lobby') =>
    nodes[node]!.people(room)
      .map(({ username }) => username)
      .sort();
  const exchange = () => jest.advanceTimersByTime(1_000);

  beforeEach(() => {
    jest.useFakeTimers();
    bus = new TestBus();
    ends = [bus.connect(), bus.connect(), bus.connect()];
    nodes = ends.map((end) => new InMemoryPresence(end));
    received = {};
  });
  afterEach(() => {
    nodes.forEach((node) => node.close());
    jest.useRealTimers();
  });

  it('is of everybody in a room, in whatever order they came, and of nobody elsewhere', () => {
    join(0, 'lobby', 'a');
    exchange();
    join(1, 'lobby', 'b');
    join(2, 'other', 'c');
    exchange();
    expect([people(0), people(1), people(2, 'other')]).toEqual([['a', 'b'], ['a', 'b'], ['c']]);
    expect(people(2)).toEqual([]);
    expect(received.a!.at(-1)).toMatchObject({ type: 'presence', count: 2 });
  });

  it('counts a person once who is connected to two nodes, until the last connection ends', () => {
    join(0, 'lobby', 'watcher');
    const connections = [join(1, 'lobby', 'a'), join(2, 'lobby', 'a'), join(2, 'lobby', 'a')];
    exchange();
    for (const connection of connections) {
      expect(people(0)).toEqual(['a', 'watcher']);
      connection.leave();
      exchange();
    }
    expect(people(0)).toEqual(['watcher']);
    expect(received.watcher!.at(-1)).toMatchObject({ count: 1 });
  });

  it('sends typing to the others on all nodes, and not to the one who types', () => {
    const typist = join(0, 'lobby', 'a');
    join(1, 'lobby', 'a');
    for (const node of [0, 1, 2]) join(node, 'lobby', `b${node}`);
    join(1, 'other', 'c');
    exchange();
    typist.typing();
    exchange();
    const typing = Object.entries(received).map(([id, events]) => [
      id,
      events.filter(({ type }) => type === 'typing').length,
    ]);
    expect(Object.fromEntries(typing)).toEqual({ a: 0, b0: 1, b1: 1, b2: 1, c: 0 });
  });

  it('sends the new name of a visitor without a cookie to the rooms that it shares with other nodes', () => {
    join(0, 'lobby', 'a', 'Masha');
    join(1, 'lobby', 'b');
    exchange();
    const change = { type: 'change_username', visitor: 'a', username: 'Boris' } as const;
    nodes[0]!.announceRename(change);
    exchange();
    expect(people(1)).toEqual(['Boris', 'b']);
    expect(received.b!.filter(({ type }) => type === 'change_username')).toEqual([change]);
    // The name of a persistent visitor reaches each node on the control channel as well.
    nodes[1]!.announceRename(change);
    expect(received.b!.filter(({ type }) => type === 'change_username')).toEqual([change]);
  });

  it('forgets the people of a node that shuts down at once, and of one that dies soon', () => {
    join(0, 'lobby', 'watcher');
    join(1, 'lobby', 'a');
    join(2, 'lobby', 'b');
    exchange();
    nodes[1]!.close();
    exchange();
    expect(people(0)).toEqual(['b', 'watcher']);
    ends[2]!.cut(true);
    jest.advanceTimersByTime(20_000);
    expect(people(0)).toEqual(['b', 'watcher']);
    jest.advanceTimersByTime(20_000);
    expect(people(0)).toEqual(['watcher']);
    expect(received.watcher!.at(-1)).toMatchObject({ count: 1 });
  });

  it('catches up with what it missed, when the bus is back, and otherwise soon', () => {
    join(0, 'lobby', 'watcher');
    ends[0]!.cut(true);
    join(1, 'lobby', 'a');
    exchange();
    expect(people(0)).toEqual(['watcher']);
    ends[0]!.cut(false);
    exchange();
    expect(people(0)).toEqual(['a', 'watcher']);
    expect(people(1)).toEqual(['a', 'watcher']);
    ends[1]!.cut(true);
    join(1, 'lobby', 'b');
    exchange();
    // Nobody tells node 0 of a gap.
    ends[1]!.cut(false);
    jest.advanceTimersByTime(10_000);
    expect(people(0)).toEqual(['a', 'b', 'watcher']);
  });

  it('announces a full room in few payloads, each within the bound of the bus', () => {
    join(0, 'lobby', 'watcher');
    exchange();
    bus.payloads.length = 0;
    for (let i = 0; i < 1_000; i += 1) join(1, 'lobby', `visitor ${i}`, 'Ж'.repeat(40));
    exchange();
    expect(people(0)).toHaveLength(1_001);
    expect(Math.max(...bus.payloads.map((payload) => Buffer.byteLength(payload)))).toBeLessThan(
      PAYLOAD_BYTES_MAX,
    );
    expect(bus.payloads.length).toBeLessThan(25);
  });

  it('remembers a bounded number of people, and ignores what is not an announcement', () => {
    join(0, 'lobby', 'watcher');
    const peer = bus.connect();
    for (const payload of [
      '',
      '{',
      '[]',
      '["node"]\n["here","lobby"]',
      '["node"]\n["here",1,2,3]',
      '["node"]\n7',
    ])
      peer.publish('presence', payload);
    peer.publish('presence', `["node"]\n["here","lobby","x","${'x'.repeat(201)}"]`);
    peer.publish('presence', `["node"]\n${'["here","lobby","x","x"]\n'.repeat(400)}`);
    peer.publish('typing', '["lobby","x"]');
    expect(people(0)).toEqual(['watcher']);
    for (let i = 0; i < 30_000; i += 1) peer.publish('presence', `["node"]\n["here","lobby","${i}","x"]`);
    expect(people(0)).toHaveLength(20_001);
    peer.publish('presence', '["node"]\n["gone"]');
    expect(people(0)).toEqual(['watcher']);
    peer.publish('presence', '["node"]\n["here","lobby","y","y"]');
    expect(people(0)).toEqual(['watcher', 'y']);
  });
});
