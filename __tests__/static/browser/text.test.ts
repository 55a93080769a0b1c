import { isolate, lengthOf } from '../../../static/browser/text';

it('counts code points, as the server does', () => {
  expect(lengthOf('a🙂é')).toBe(3);
});

it.each(['Masha', 'Маша', '小林', 'O’Brien 2'])('inserts a name from left to right as it is: %s', (name) => {
  expect(isolate(name)).toBe(name);
});

it.each(['שרה', 'سارة', 'Sara سارة'])('isolates a name with letters from right to left: %s', (name) => {
  expect(isolate(name)).toBe(`\u2068${name}\u2069`);
});
