import { z } from 'zod';
import { LANGUAGES, type Language } from '../words/language';
import { issue } from '../words/sentence';
import { check } from './messages';

/** The longest address to return to, in characters. */
const ADDRESS_MAX = 2_000;
/** Resolves addresses without a host. */
const SOMEWHERE = 'http://localhost';

const choice = z.object(
  {
    language: z.enum(LANGUAGES, issue(['languageUnknown', LANGUAGES.join(', ')])),
    back: z.string().max(ADDRESS_MAX).transform(ownAddress).default('/'),
  },
  issue('languageExpected'),
);

/** Returns an address of this server without its origin; that of the start page for any other address. */
function ownAddress(text: string): string {
  if (!text.startsWith('/') || !URL.canParse(text, SOMEWHERE)) return '/';
  const { origin, pathname, search } = new URL(text, SOMEWHERE);
  // `//host` in a Location header would be another server.
  return origin === SOMEWHERE && !pathname.startsWith('//') ? pathname + search : '/';
}

/** Returns the language that somebody has chosen, and the page to show in it. @throws {Refusal} `bad_request` */
export const checkLanguageChoice = (value: unknown): { language: Language; back: string } =>
  check(choice, value);
