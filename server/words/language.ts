import accepts from 'accepts';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { IncomingMessage } from 'node:http';

/** The languages of Parley by their tags (BCP 47), each with its own name for itself. The first is the default. */
export const LANGUAGE_NAMES = { en: 'English', ru: 'Русский' };

export type Language = keyof typeof LANGUAGE_NAMES;

export const LANGUAGES = Object.keys(LANGUAGE_NAMES) as Language[];

/** The language for clients that ask for none of the others. */
export const DEFAULT_LANGUAGE: Language = 'en';

/** The cookie that keeps a choice of language. All servers of a host share it: it tells nothing about anybody. */
const COOKIE = 'parley_language';
/** 400 days, in s: the longest lifetime of a cookie in browsers (RFC 6265bis, section 5.5). */
const COOKIE_AGE = 400 * 24 * 60 * 60;

/** Makes a value for each language. */
export function inEachLanguage<T>(make: (language: Language) => T): Readonly<Record<Language, T>> {
  return Object.fromEntries(LANGUAGES.map((language) => [language, make(language)])) as Record<Language, T>;
}

/** Returns whether a value is the tag of a language of Parley. */
function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/**
 * Returns the language of a request or handshake: the one that was chosen on the page, or the best that it accepts
 * (RFC 9110, section 12.5.4).
 */
export function languageOf(request: IncomingMessage): Language {
  const { cookie, 'accept-language': accepted } = request.headers;
  const chosen = cookie?.includes(COOKIE) && parseCookie(cookie)[COOKIE];
  if (isLanguage(chosen)) return chosen;
  if (!accepted) return DEFAULT_LANGUAGE;
  return (accepts(request).languages(LANGUAGES) || DEFAULT_LANGUAGE) as Language;
}

/** Returns the `Set-Cookie` header that keeps a choice of language. */
export function languageCookie(language: Language): string {
  return stringifySetCookie(COOKIE, language, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: COOKIE_AGE,
  });
}
