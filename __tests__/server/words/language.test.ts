import type { IncomingMessage } from 'node:http';
import { languageOf } from '../../../server/words/language';

const languageFor = (accepted?: string, cookie?: string): string =>
  languageOf({
    headers: {
      ...(accepted !== undefined && { 'accept-language': accepted }),
      ...(cookie !== undefined && { cookie }),
    },
  } as IncomingMessage);

it.each([undefined, '', '*', 'fr', 'fr, de;q=0.5', 'en;q=0', ';;;', 'x'.repeat(10_000), ','.repeat(10_000)])(
  'a client that asks for no language of Parley gets English: %j',
  (header) => expect(languageFor(header)).toBe('en'),
);

it.each([
  ['ru', 'ru'],
  ['ru-RU', 'ru'],
  ['RU-ru,ru;q=0.9,en-US;q=0.8,en;q=0.7', 'ru'],
  ['de, ru;q=0.5', 'ru'],
  ['en;q=0.4, ru;q=0.5', 'ru'],
  ['ru;q=0.4, en-GB;q=0.5', 'en'],
  ['en, ru', 'en'],
  ['ru, en', 'ru'],
  ['*, en;q=0', 'ru'],
  ['ru;q=0, *', 'en'],
])('the language that is accepted best is taken: %s', (header, language) => {
  expect(languageFor(header)).toBe(language);
});

it.each([
  ['parley_language=ru', 'ru'],
  ['a=b; parley_language=en; c=d', 'en'],
  ['parley_language=fr', 'ru'],
  ['parley_language=constructor', 'ru'],
  ['xparley_language=en', 'ru'],
])('a choice on the page counts more, if it is one: %s', (cookie, language) => {
  expect(
    languageFor(language === 'ru' && cookie !== 'parley_language=ru' ? 'ru' : 'ru, en;q=0.5', cookie),
  ).toBe(language);
});
