import { BoundedSet } from '../../../static/browser/bounded-set';

it('drops the oldest members beyond its limit', () => {
  const set = new BoundedSet<number>(3, [1, 2, 3]);
  set.add(4);
  expect([...set]).toEqual([2, 3, 4]);
  expect(set.has(1)).toBe(false);
});

it('makes a member the newest when it is added again', () => {
  const set = new BoundedSet<number>(3, [1, 2, 3]);
  set.add(1);
  set.add(4);
  expect([...set]).toEqual([3, 1, 4]);
});

it('has room again after a member is deleted', () => {
  const set = new BoundedSet<number>(2, [1, 2]);
  set.delete(1);
  set.add(3);
  expect([...set]).toEqual([2, 3]);
  expect(set.size).toBe(2);
});
