import type { NewMessage } from '../../../server/wire';
import type { DraftStore } from '../../../static/composing/draft-store';
import type { Draft } from '../../../static/composing/draft';
import { Outbox } from '../../../static/composing/outbox';
import { ApiError } from '../../../static/connection/api';
import { textOf } from '../../support/entry';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

type Answer = 'stored' | ApiError;

/** An outbox whose server gives these answers in turn, and then accepts everything. */
function outboxWith(answers: Answer[], before: Draft[] = []) {
  const sent: string[] = [];
  const ids = new Set<string>();
  const shown: string[] = [];
  const waitings: number[] = [];
  const held: (number | undefined)[] = [];
  const drafts = new Map(before.map((draft) => [draft.id, draft]));
  const outbox = new Outbox(
    {
      all: async () => [...drafts.values()].map((draft) => ({ ...draft })),
      put: async (draft: Draft) => void drafts.set(draft.id, { ...draft }),
      delete: async (id: string) => void drafts.delete(id),
      withLock: (work: () => Promise<void>) => work(),
    } as unknown as DraftStore,
    { visitor: 'tom', username: 'Tom' },
    async ({ id, message }) => {
      sent.push(message);
      ids.add(id);
      const answer = answers.shift() ?? 'stored';
      if (answer !== 'stored') throw answer;
      return { type: 'new_message', id, message } as NewMessage;
    },
    ({ message, refused }) => shown.push(refused ? `${message}: ${refused}` : `${message}…`),
    (entry) => shown.push(`${textOf(entry)}.`),
    (waiting, heldUntil) => {
      waitings.push(waiting);
      held.push(heldUntil);
    },
  );
  return { outbox, sent, ids, shown, store: drafts, waitings, held };
}

const networkError = () => new ApiError('No answer.', 0);
const settle = () => jest.advanceTimersByTimeAsync(0);

it('shows a draft at once, and the message when it is stored', async () => {
  const { outbox, shown, store } = outboxWith([]);
  outbox.add('a');
  expect(shown).toEqual(['a…']);
  expect(store.size).toBe(1);
  await settle();
  expect(shown).toEqual(['a…', 'a.']);
  expect(store.size).toBe(0);
});

it('sends in the order of writing: later drafts wait for an earlier one without an answer', async () => {
  const { outbox, sent, ids } = outboxWith([networkError(), networkError()]);
  outbox.add('a');
  outbox.add('b');
  await settle();
  expect(sent).toEqual(['a']);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(sent).toEqual(['a', 'a', 'a', 'b']);
  expect(ids.size).toBe(2);
});

it('retries at once after reconnecting', async () => {
  const { outbox, sent } = outboxWith([networkError()]);
  outbox.add('a');
  await settle();
  outbox.onReconnect();
  await settle();
  expect(sent).toEqual(['a', 'a']);
});

it('waits as long as the server asks, also after reconnecting', async () => {
  const { outbox, sent } = outboxWith([new ApiError('Too many.', 429, 30_000)]);
  outbox.add('a');
  await settle();
  outbox.onReconnect();
  await jest.advanceTimersByTimeAsync(29_000);
  expect(sent).toEqual(['a']);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(sent).toEqual(['a', 'a']);
});

it('reports the end of a pause that the server asks for, while it lasts', async () => {
  const { outbox, sent, held } = outboxWith([new ApiError('Too many.', 429, 30_000)]);
  outbox.add('a');
  outbox.add('b');
  await settle();
  expect(held.at(-1)).toBe(Date.now() + 30_000);
  await jest.advanceTimersByTimeAsync(30_000);
  expect(held.at(-1)).toBeUndefined();
  expect(sent).toEqual(['a', 'a', 'b']);
});

it('sends nothing more once its session has ended, and keeps the drafts for the next visit', async () => {
  const error = 'You were signed out. Sign in again.';
  const { outbox, sent, shown, store } = outboxWith([
    ApiError.from({ error, code: 'sign_in_required', status: 401 }),
  ]);
  outbox.add('a');
  outbox.add('b');
  await settle();
  outbox.onReconnect();
  outbox.add('c');
  await jest.advanceTimersByTimeAsync(600_000);
  expect(sent).toEqual(['a']);
  expect(shown).toEqual(['a…', 'b…', 'c…']);
  expect(store.size).toBe(3);
});

it('sends the drafts of another visitor only if a person retries them', async () => {
  const at = new Date().toISOString();
  const { outbox, sent, shown, store } = outboxWith(
    [],
    [
      { id: '1', message: 'of Masha', at, visitor: 'masha' },
      { id: '2', message: 'of Tom', at, visitor: 'tom' },
    ],
  );
  await outbox.restore();
  await settle();
  expect(sent).toEqual(['of Tom']);
  const refused = 'of Masha: Written by another visitor. Retry sends it as Tom.';
  expect(shown).toEqual(['of Masha…', 'of Tom…', refused, 'of Tom.']);
  expect([...store.keys()]).toEqual(['1']);
  outbox.retry('1');
  await settle();
  expect(sent).toEqual(['of Tom', 'of Masha']);
});

it('goes on after a refusal, and retries the refused draft under its id', async () => {
  const { outbox, sent, ids, shown, store } = outboxWith([new ApiError('No.', 400)]);
  outbox.add('a');
  outbox.add('b');
  await settle();
  expect(shown).toEqual(['a…', 'b…', 'a: No.', 'b.']);
  const [[id]] = [...store] as [[string, Draft]];
  outbox.retry(id);
  outbox.retry(id);
  await settle();
  expect(sent).toEqual(['a', 'b', 'a']);
  expect(ids.size).toBe(2);
  expect(shown.at(-1)).toBe('a.');
});

it('stops sending a draft that the feed has delivered', async () => {
  const { outbox, sent, store } = outboxWith([networkError()]);
  outbox.add('a');
  await settle();
  void outbox.remove([...store.keys()][0]!);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual(['a']);
});

it('restores the drafts of an earlier visit, refused ones included', async () => {
  const at = '2026-11-20T09:00:00.000Z';
  const { outbox, sent, shown } = outboxWith(
    [],
    [
      { id: '1', message: 'a', at },
      { id: '2', message: 'b', at, refused: 'No.' },
    ],
  );
  void outbox.restore();
  await settle();
  expect(sent).toEqual(['a']);
  expect(shown).toEqual(['a…', 'b: No.', 'a.']);
});

it('reports the number of waiting drafts, without refused ones', async () => {
  const { outbox, waitings } = outboxWith([new ApiError('No.', 400)]);
  outbox.add('a');
  outbox.add('b');
  expect(waitings).toEqual([1, 2]);
  await settle();
  expect(waitings.at(-1)).toBe(0);
});

it('sends the drafts of other tabs, in order', async () => {
  const { outbox, sent, store } = outboxWith([networkError()]);
  outbox.add('a');
  await settle();
  store.set('other', { id: 'other', message: 'b of another tab', at: '2026-11-20T09:00:00.000Z' });
  outbox.add('c');
  await jest.advanceTimersByTimeAsync(5_000);
  expect(sent).toEqual(['a', 'a', 'b of another tab', 'c']);
});

it('works from memory where nothing can be stored', async () => {
  const { outbox, sent, shown, store } = outboxWith([new ApiError('No.', 400)]);
  store.set = () => store;
  outbox.add('a');
  outbox.add('b');
  await settle();
  expect(sent).toEqual(['a', 'b']);
  expect(shown).toEqual(['a…', 'b…', 'a: No.', 'b.']);
});

it('remembers a bounded number of sent drafts', async () => {
  const { outbox, sent } = outboxWith([]);
  for (let i = 0; i < 1100; i++) {
    outbox.add(`${i}`);
    await settle();
  }
  expect(sent).toHaveLength(1100);
  expect(outbox['removed'].size).toBe(1000);
});
