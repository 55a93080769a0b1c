import { displayName, initialOf, tagOf, toneOf } from '../../../server/identity/appearance';

const visitor = '-_aB-9xyz012';

it('the tag of a visitor without a name is the beginning of its id, in letters and digits', () => {
  expect(tagOf({ visitor, username: 'Anonymous' })).toBe('ab9x');
  expect(displayName({ visitor, username: 'Anonymous' }, 'Аноним')).toBe('Аноним ab9x');
});

it('a visitor with a name has no tag', () => {
  expect(tagOf({ visitor, username: 'Masha' })).toBe('');
  expect(displayName({ visitor, username: 'Masha' }, 'Аноним')).toBe('Masha');
});

it('the colour of an avatar depends on the whole id, and is one of eight', () => {
  expect([toneOf('a'), toneOf('b'), toneOf('ab'), toneOf(visitor)]).toEqual([1, 2, 3, 3]);
});

it('the initial of a name is a whole character', () => {
  expect(['masha', '😀x', ''].map(initialOf)).toEqual(['M', '😀', '']);
});
