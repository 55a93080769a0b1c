import type { NewMessage } from '../../../server/wire';
import type { DraftStore } from '../../../static/composing/draft-store';
import { Outbox, type Draft } from '../../../static/composing/outbox';
import { ApiError } from '../../../static/connection/api';
import { textOf } from '../../support/entry';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

type Answer = 'stored' | ApiError;

/** An outbox whose server gives these answers in turn, and then stores everything. */
function outboxWith(answers: Answer[], before: Draft[] = []) {
  const sent: string[] = [];
  const ids = new Set<string>();
  const told: string[] = [];
  const waitings: number[] = [];
  const held: (number | undefined)[] = [];
  const kept = new Map(before.map((draft) => [draft.id, draft]));
  const outbox = new Outbox(
    {
      all: async () => [...kept.values()].map((draft) => ({ ...draft })),
      put: async (draft: Draft) => void kept.set(draft.id, { ...draft }),
      delete: async (id: string) => void kept.delete(id),
      withLock: (work: () => Promise<void>) => work(),
    } as unknown as DraftStore,
    async ({ id, message }) => {
      sent.push(message);
      ids.add(id);
      const answer = answers.shift() ?? 'stored';
      if (answer !== 'stored') throw answer;
      return { type: 'new_message', id, message } as NewMessage;
    },
    ({ message, refused }) => told.push(refused ? `${message}: ${refused}` : `${message}…`),
    (entry) => told.push(`${textOf(entry)}.`),
    (waiting, heldUntil) => {
      waitings.push(waiting);
      held.push(heldUntil);
    },
  );
  return { outbox, sent, ids, told, kept, waitings, held };
}

const lost = () => new ApiError('No answer.', 0);
const settled = () => jest.advanceTimersByTimeAsync(0);

it('shows a message at once, and again when it is stored', async () => {
  const { outbox, told, kept } = outboxWith([]);
  outbox.add('a');
  expect(told).toEqual(['a…']);
  expect(kept.size).toBe(1);
  await settled();
  expect(told).toEqual(['a…', 'a.']);
  expect(kept.size).toBe(0);
});

it('sends in the order of writing: what comes later waits for what is in doubt', async () => {
  const { outbox, sent, ids } = outboxWith([lost(), lost()]);
  outbox.add('a');
  outbox.add('b');
  await settled();
  expect(sent).toEqual(['a']);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(sent).toEqual(['a', 'a', 'a', 'b']);
  expect(ids.size).toBe(2);
});

it('tries again at once when the connection is back', async () => {
  const { outbox, sent } = outboxWith([lost()]);
  outbox.add('a');
  await settled();
  outbox.onReconnect();
  await settled();
  expect(sent).toEqual(['a', 'a']);
});

it('leaves a server alone for as long as it asks, whatever the connection does', async () => {
  const { outbox, sent } = outboxWith([new ApiError('Too many.', 429, 30_000)]);
  outbox.add('a');
  await settled();
  outbox.onReconnect();
  await jest.advanceTimersByTimeAsync(29_000);
  expect(sent).toEqual(['a']);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(sent).toEqual(['a', 'a']);
});

it('tells until when the server asks for time, and no more when that is over', async () => {
  const { outbox, sent, held } = outboxWith([new ApiError('Too many.', 429, 30_000)]);
  outbox.add('a');
  outbox.add('b');
  await settled();
  expect(held.at(-1)).toBe(Date.now() + 30_000);
  await jest.advanceTimersByTimeAsync(30_000);
  expect(held.at(-1)).toBeUndefined();
  expect(sent).toEqual(['a', 'a', 'b']);
});

it('goes on with the next when one is refused, and sends that one again under its id', async () => {
  const { outbox, sent, ids, told, kept } = outboxWith([new ApiError('No.', 400)]);
  outbox.add('a');
  outbox.add('b');
  await settled();
  expect(told).toEqual(['a…', 'b…', 'a: No.', 'b.']);
  const [[id]] = [...kept] as [[string, Draft]];
  outbox.retry(id);
  outbox.retry(id);
  await settled();
  expect(sent).toEqual(['a', 'b', 'a']);
  expect(ids.size).toBe(2);
  expect(told.at(-1)).toBe('a.');
});

it('sends no more what the feed has brought already', async () => {
  const { outbox, sent, kept } = outboxWith([lost()]);
  outbox.add('a');
  await settled();
  void outbox.remove([...kept.keys()][0]!);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual(['a']);
});

it('goes on with what an earlier visit left, and shows what was refused then', async () => {
  const at = '2026-11-20T09:00:00.000Z';
  const { outbox, sent, told } = outboxWith(
    [],
    [
      { id: '1', message: 'a', at },
      { id: '2', message: 'b', at, refused: 'No.' },
    ],
  );
  void outbox.restore();
  await settled();
  expect(sent).toEqual(['a']);
  expect(told).toEqual(['a…', 'b: No.', 'a.']);
});

it('tells how many are on their way, and counts none that was refused', async () => {
  const { outbox, waitings } = outboxWith([new ApiError('No.', 400)]);
  outbox.add('a');
  outbox.add('b');
  expect(waitings).toEqual([1, 2]);
  await settled();
  expect(waitings.at(-1)).toBe(0);
});

it('sends what another tab has kept meanwhile, in its turn', async () => {
  const { outbox, sent, kept } = outboxWith([lost()]);
  outbox.add('a');
  await settled();
  kept.set('other', { id: 'other', message: 'b of another tab', at: '2026-11-20T09:00:00.000Z' });
  outbox.add('c');
  await jest.advanceTimersByTimeAsync(5_000);
  expect(sent).toEqual(['a', 'a', 'b of another tab', 'c']);
});

it('goes on from memory where nothing can be kept', async () => {
  const { outbox, sent, told, kept } = outboxWith([new ApiError('No.', 400)]);
  kept.set = () => kept;
  outbox.add('a');
  outbox.add('b');
  await settled();
  expect(sent).toEqual(['a', 'b']);
  expect(told).toEqual(['a…', 'b…', 'a: No.', 'b.']);
});

it('remembers only the last of all that it has sent', async () => {
  const { outbox, sent } = outboxWith([]);
  for (let i = 0; i < 1100; i++) {
    outbox.add(`${i}`);
    await settled();
  }
  expect(sent).toHaveLength(1100);
  expect(outbox['removed'].size).toBe(1000);
});
