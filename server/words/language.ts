import accepts from 'accepts';
import type { IncomingMessage } from 'node:http';

/** The languages of Parley, by their tags (BCP 47). The first is the default. */
export const LANGUAGES = ['en'] as const;

export type Language = (typeof LANGUAGES)[number];

/** The language for clients that ask for none of the others. */
export const DEFAULT_LANGUAGE: Language = LANGUAGES[0];

/** Makes a value for each language. */
export function inEachLanguage<T>(make: (language: Language) => T): Readonly<Record<Language, T>> {
  return Object.fromEntries(LANGUAGES.map((language) => [language, make(language)])) as Record<Language, T>;
}

/** Returns the language that a request or handshake asks for by `Accept-Language` (RFC 9110, section 12.5.4). */
export function languageOf(request: IncomingMessage): Language {
  return (accepts(request).languages([...LANGUAGES]) || DEFAULT_LANGUAGE) as Language;
}
