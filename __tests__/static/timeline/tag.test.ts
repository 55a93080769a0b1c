import { ANONYMOUS, tagOf as tagOnServer } from '../../../server/identity/name';
import { newId } from '../../../server/identity/secret';
import { tagOf } from '../../../static/timeline/tag';

it('is the same on the page as in what the server renders', () => {
  Object.assign(globalThis, { document: { documentElement: { dataset: { anonymous: ANONYMOUS } } } });
  for (const visitor of ['-_aB-9xyz012', ...Array.from({ length: 100 }, newId)]) {
    for (const username of [ANONYMOUS, 'Masha'])
      expect(tagOf({ visitor, username })).toBe(tagOnServer({ visitor, username }));
  }
  expect(tagOf({ visitor: '-_aB-9xyz012', username: ANONYMOUS })).toBe('ab9x');
});
