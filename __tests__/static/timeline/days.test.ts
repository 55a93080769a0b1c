import { localDay, formatDay } from '../../../static/timeline/days';

const now = new Date(2026, 10, 20, 9, 30);

it.each([
  ['2026-11-20', 'Today'],
  ['2026-11-19', 'Yesterday'],
  ['2026-11-18', 'Wednesday, 18 November 2026'],
  ['2026-11-21', 'Saturday, 21 November 2026'],
  ['2025-12-31', 'Wednesday, 31 December 2025'],
])('names %s %s', (day, name) => {
  expect(formatDay(day, now)).toBe(name);
});

it('finds yesterday in the month before', () => {
  expect(formatDay('2026-02-28', new Date(2026, 2, 1))).toBe('Yesterday');
});

it('uses the local day', () => {
  expect(localDay(new Date(2026, 0, 5, 0, 0, 1))).toBe('2026-01-05');
  expect(localDay(new Date(2026, 0, 5, 23, 59, 59))).toBe('2026-01-05');
});
