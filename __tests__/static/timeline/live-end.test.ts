import type { Entry } from '../../../server/wire';
import { LiveEnd } from '../../../static/timeline/live-end';

const entry = (seq: number) => ({ seq }) as Entry;

/** The end of a room with 10 entries on the page, and then more that are not. */
function liveEnd(last: number): LiveEnd {
  const end = new LiveEnd('e:10');
  for (let seq = 11; seq <= last; seq++) {
    end.buffer(entry(seq));
    end.advance([entry(seq)]);
  }
  return end;
}

const seqs = (entries: Entry[] | undefined) => entries?.map(({ seq }) => seq);

it('gives its entries to a page that reaches them, once', () => {
  const end = liveEnd(13);
  expect(seqs(end.take('e:10'))).toEqual([11, 12, 13]);
  expect(seqs(end.take('e:13'))).toEqual([]);
});

it('gives nothing to a page that would leave a hole before them', () => {
  const end = liveEnd(200);
  expect(end.take('e:99')).toBeUndefined();
  expect(seqs(end.take('e:100'))?.at(0)).toBe(101);
});

it('gives nothing to a page that ends before the last entry, if it has kept none', () => {
  const end = liveEnd(10);
  expect(end.take('e:9')).toBeUndefined();
  expect(end.take('e:10')).toEqual([]);
});

it('forgets everything for another history', () => {
  const end = liveEnd(13);
  end.reset('f:2');
  expect(end.seq).toBe(2);
  expect(end.take('f:2')).toEqual([]);
});
