import type { IncomingMessage } from 'node:http';
import { languageOf } from '../../../server/words/language';

const languageFor = (header?: string): string =>
  languageOf({ headers: header === undefined ? {} : { 'accept-language': header } } as IncomingMessage);

it.each([undefined, '', '*', 'fr', 'fr, de;q=0.5', 'en;q=0', ';;;', 'x'.repeat(10_000), ','.repeat(10_000)])(
  'a client that asks for no language of Parley gets English: %j',
  (header) => expect(languageFor(header)).toBe('en'),
);
