import fc from 'fast-check';
import {
  commitmentTo,
  createSalts,
  findMismatch,
  hashAfter,
  hashOf,
  shorten,
  startOfChain,
  type ChainedEntry,
} from '../../../server/log/chain';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Appends messages to the chain of a room, as a store does. */
function chainOf(texts: readonly string[], room = 'lobby'): ChainedEntry[] {
  let { hash: previous } = startOfChain(room);
  return createSalts(texts.length).map((seal, i) => {
    const body = JSON.stringify({ message: texts[i] });
    const fields = { room, seq: i + 1, id: `id-${i}`, visitor: 'v', username: 'Masha', at: AT + i };
    const entry = { ...fields, type: 'new_message', body, seal };
    return { ...entry, hash: (previous = hashAfter(previous, entry)) };
  });
}

/** Erases an entry, as a store does. */
function erase({ type, body, seal, ...fields }: ChainedEntry): ChainedEntry {
  return { ...fields, type: 'deleted_message', body: '{}', seal: commitmentTo(type, body, seal) };
}

describe('the chain of a room', () => {
  // To be computed with any tool, such as `printf 'parley\nlobby' | sha256sum`: stores and other programs depend on it.
  it('has the hashes of its definition', () => {
    const salt = '0123456789abcdef'.repeat(4);
    const start = startOfChain('lobby');
    const commitment = commitmentTo('new_message', '{"message":"hello"}', salt);
    const fields = { room: 'lobby', seq: 1, id: 'an-id', visitor: 'v1', username: 'Мaша 🙂', at: AT };
    expect(start).toEqual({
      seq: 0,
      hash: 'f5d4a5e86800aac37500e4b6414a1b9ec3a32673b8af7ad10d5d402090b3dd02',
    });
    expect(commitment).toBe('6bd6141e115db240da01b8b3bba07acb55fb8bf3840a2d8155567193cd3764b3');
    const hash = hashOf(start.hash, commitment, fields);
    expect(hash).toBe('d302c42bb77634f7d87722aae0316ab0f08f52c3117557ed9421f827e0d33e36');
    expect(shorten(hash)).toBe(hash.slice(0, 12));
    expect(shorten(hash)).toMatch(/^[0-9a-f]{12}$/);
  });

  it('begins differently in each room', () => {
    expect(startOfChain('a').hash).not.toBe(startOfChain('b').hash);
    expect(findMismatch(chainOf(['x'], 'a'), startOfChain('b'))).toMatchObject({ entry: { seq: 1 } });
  });

  it('verifies, from its beginning and from each of its entries', () => {
    const entries = chainOf([...'abcde']);
    expect(findMismatch(entries, startOfChain('lobby'))).toBeUndefined();
    for (const [i, entry] of entries.entries()) {
      expect(findMismatch(entries.slice(i + 1), entry)).toBeUndefined();
    }
  });

  it('verifies after an entry was erased, whose text can no longer be confirmed by whoever guesses it', () => {
    const entries = chainOf([...'abc']);
    const { type, body, seal } = entries[1]!;
    entries[1] = erase(entries[1]!);
    expect(findMismatch(entries, startOfChain('lobby'))).toBeUndefined();
    expect(JSON.stringify(entries)).not.toContain(seal);
    // What is left is the commitment; it is that of the guess only with the salt.
    expect(commitmentTo(type, body, seal)).toBe(entries[1].seal);
    expect(commitmentTo(type, body, createSalts(1)[0]!)).not.toBe(entries[1].seal);
  });

  it('names the entry in which anything was changed', () => {
    const entries = chainOf([...'abcde']);
    const changes: Partial<ChainedEntry>[] = [
      { body: '{"message":"C"}' },
      { body: '{"message": "c"}' },
      { type: 'unknown_kind' },
      { type: 'deleted_message', body: '{}' },
      { username: 'Mascha' },
      { visitor: 'w' },
      { id: 'id-7' },
      { at: AT },
      { room: 'kitchen' },
      { seal: createSalts(1)[0]! },
      { hash: createSalts(1)[0]! },
    ];
    for (const change of changes) {
      const changed = entries.with(2, { ...entries[2]!, ...change });
      expect(findMismatch(changed, startOfChain('lobby'))).toMatchObject({
        entry: { seq: 3 },
        reason: 'its hash does not match its content',
      });
    }
    const erased = entries.map(erase);
    expect(
      findMismatch(erased.with(1, { ...erased[1]!, body: '{"message":"b"}' }), startOfChain('lobby')),
    ).toMatchObject({ entry: { seq: 2 }, reason: 'it is erased, but has a body' });
  });

  it('names the entry before which one is missing, added or out of order', () => {
    const [a, b, c, d] = chainOf([...'abcd']);
    const start = startOfChain('lobby');
    expect(findMismatch([a!, b!, d!], start)).toMatchObject({
      entry: { seq: 4 },
      reason: 'its seq is not 3',
    });
    expect(findMismatch([a!, b!, b!, c!], start)).toMatchObject({ entry: { seq: 2 } });
    expect(findMismatch([a!, c!, b!], start)).toMatchObject({ entry: { seq: 3 } });
    // Renumbered to close the gap.
    expect(findMismatch([a!, b!, { ...d!, seq: 3 }], start)).toMatchObject({ entry: { seq: 3, id: 'id-3' } });
    // Another history.
    expect(findMismatch([...chainOf(['a']), b!], start)).toMatchObject({ entry: { seq: 2 } });
  });

  it('has another hash for any other fields', () => {
    // Names may hold whatever a person can type, also digits and line feeds.
    const text = fc.string({ unit: fc.constantFrom('1', '2', 'a', '\n', ' '), maxLength: 4 });
    const word = fc.string({ unit: fc.constantFrom('1', '2', 'a'), maxLength: 3 });
    const fields = fc.record({
      room: word,
      seq: fc.nat(30),
      id: word,
      visitor: word,
      username: text,
      at: fc.nat(30),
    });
    const [previous, commitment] = createSalts(2);
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        const isSame = hashOf(previous!, commitment!, a) === hashOf(previous!, commitment!, b);
        return isSame === (JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

it('salts are random, and each is as long as a hash', () => {
  const salts = createSalts(1_000);
  expect(new Set(salts).size).toBe(1_000);
  for (const salt of salts) expect(salt).toMatch(/^[0-9a-f]{64}$/);
});
