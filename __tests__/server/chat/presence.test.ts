import { InMemoryPresence, type Presence } from '../../../server/chat/presence';
import type { Ephemeral } from '../../../server/wire';

const visitor = (id: string, username = 'Anonymous') => ({
  id,
  username,
  isPersistent: false,
  address: '127.0.0.1',
});

describe('presence', () => {
  let presence: Presence;
  let received: Record<string, Ephemeral[]>;
  const subscribe = (id: string) => ({
    notify: (event: Ephemeral) => void (received[id] ??= []).push(event),
  });

  beforeEach(() => {
    jest.useFakeTimers();
    presence = new InMemoryPresence();
    received = {};
  });
  afterEach(() => {
    presence.close();
    jest.useRealTimers();
  });

  it('lists the people in a room, each once however many tabs they have, and gathers changes', () => {
    presence.join('lobby', visitor('a', 'Masha'), subscribe('a'));
    presence.join('lobby', visitor('a', 'Masha'), subscribe('a2'));
    const b = presence.join('lobby', visitor('b'), subscribe('b'));
    presence.join('other', visitor('c'), subscribe('c'));
    jest.runAllTimers();
    const people = [
      { visitor: 'a', username: 'Masha' },
      { visitor: 'b', username: 'Anonymous' },
    ];
    expect(received.a).toEqual([{ type: 'presence', room: 'lobby', count: 2, people }]);
    expect(received.a2).toEqual(received.a);
    b.leave();
    jest.runAllTimers();
    expect(received.a!.at(-1)).toMatchObject({ count: 1, people: people.slice(0, 1) });
    expect(received.b).toHaveLength(1);
  });

  it('sends typing to the others in the room, at a bounded rate, and not to the one who types', () => {
    const a = presence.join('lobby', visitor('a', 'Masha'), subscribe('a'));
    presence.join('lobby', visitor('a', 'Masha'), subscribe('a2'));
    presence.join('lobby', visitor('b'), subscribe('b'));
    presence.join('other', visitor('c'), subscribe('c'));
    a.typing();
    a.typing();
    expect(received).toEqual({ b: [{ type: 'typing', room: 'lobby', visitor: 'a', username: 'Masha' }] });
    jest.advanceTimersByTime(1_000);
    a.typing();
    expect(received.b!.filter(({ type }) => type === 'typing')).toHaveLength(2);
  });

  it('sends a new name to those who share a room with its owner', () => {
    presence.join('lobby', visitor('a'), subscribe('a'));
    presence.join('lobby', visitor('b'), subscribe('b'));
    presence.join('other', visitor('c'), subscribe('c'));
    const change = { type: 'change_username', visitor: 'a', username: 'Masha' } as const;
    presence.announceRename(change);
    expect(received).toEqual({ a: [change], b: [change] });
    expect(presence.people('lobby')[0]).toEqual({ visitor: 'a', username: 'Masha' });
  });
});
