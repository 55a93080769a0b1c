import { displayName, tagOf } from '../../../server/identity/tag';

const visitor = '-_aB-9xyz012';

it('the tag of a visitor without a name is the beginning of its id, in letters and digits', () => {
  expect(tagOf({ visitor, username: 'Anonymous' })).toBe('ab9x');
  expect(displayName({ visitor, username: 'Anonymous' })).toBe('Anonymous ab9x');
});

it('a visitor with a name has no tag', () => {
  expect(tagOf({ visitor, username: 'Masha' })).toBe('');
  expect(displayName({ visitor, username: 'Masha' })).toBe('Masha');
});
