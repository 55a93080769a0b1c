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
  let told: Record<string, Ephemeral[]>;
  const tell = (who: string) => ({ notify: (event: Ephemeral) => void (told[who] ??= []).push(event) });

  beforeEach(() => {
    jest.useFakeTimers();
    presence = new InMemoryPresence();
    told = {};
  });
  afterEach(() => {
    presence.close();
    jest.useRealTimers();
  });

  it('lists the people in a room, each once however many tabs they have, and gathers changes', () => {
    presence.join('lobby', visitor('a', 'Masha'), tell('a'));
    presence.join('lobby', visitor('a', 'Masha'), tell('a2'));
    const b = presence.join('lobby', visitor('b'), tell('b'));
    presence.join('other', visitor('c'), tell('c'));
    jest.runAllTimers();
    const people = [
      { visitor: 'a', username: 'Masha' },
      { visitor: 'b', username: 'Anonymous' },
    ];
    expect(told.a).toEqual([{ type: 'presence', room: 'lobby', count: 2, people }]);
    expect(told.a2).toEqual(told.a);
    b.leave();
    jest.runAllTimers();
    expect(told.a!.at(-1)).toMatchObject({ count: 1, people: people.slice(0, 1) });
    expect(told.b).toHaveLength(1);
  });

  it('sends typing to the others in the room, at a bounded rate, and not to the one who types', () => {
    const a = presence.join('lobby', visitor('a', 'Masha'), tell('a'));
    presence.join('lobby', visitor('a', 'Masha'), tell('a2'));
    presence.join('lobby', visitor('b'), tell('b'));
    presence.join('other', visitor('c'), tell('c'));
    a.typing();
    a.typing();
    expect(told).toEqual({ b: [{ type: 'typing', room: 'lobby', visitor: 'a', username: 'Masha' }] });
    jest.advanceTimersByTime(1_000);
    a.typing();
    expect(told.b!.filter(({ type }) => type === 'typing')).toHaveLength(2);
  });

  it('sends a new name to those who share a room with its owner', () => {
    presence.join('lobby', visitor('a'), tell('a'));
    presence.join('lobby', visitor('b'), tell('b'));
    presence.join('other', visitor('c'), tell('c'));
    const change = { type: 'change_username', visitor: 'a', username: 'Masha' } as const;
    presence.announceRename(change);
    expect(told).toEqual({ a: [change], b: [change] });
    expect(presence.people('lobby')[0]).toEqual({ visitor: 'a', username: 'Masha' });
  });
});
