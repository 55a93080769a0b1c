import { escapeXML } from 'ejs';
import type { Request, Response } from 'express';
import { FOREVER } from '../access/expiry';
import { isAtLeast, ROLES } from '../access/role';
import { MESSAGE_MAX } from '../entry-kinds';
import { ANONYMOUS, initialOf, shownName, tagOf, toneOf } from '../identity/appearance';
import { NAME_MAX } from '../identity/name';
import { inEachLanguage, languageOf, LANGUAGE_NAMES } from '../words/language';
import { VIEW_WORDS } from '../words/views';

/** A time in ms since 1970, or in ISO 8601. */
type Time = number | string;

/** The variables of every view. Scripts of the page get the constants from views/chat.ejs, as data. */
const LOCALS = {
  ANONYMOUS,
  FOREVER,
  LANGUAGE_NAMES,
  MESSAGE_MAX,
  NAME_MAX,
  ROLES,
  escapeHtml: escapeXML,
  initialOf,
  isAtLeast,
  tagOf,
  toneOf,
};

/** The variables of every view that depend on the language. Times are in UTC, until the page's script shows the reader's. */
const LOCALS_BY_LANGUAGE = inEachLanguage((language) => {
  const words = VIEW_WORDS[language];
  const days = new Intl.DateTimeFormat(words.locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const clock = new Intl.DateTimeFormat(words.locale, { timeStyle: 'short', timeZone: 'UTC' });
  const formatDay = (time: Time): string => days.format(new Date(time));
  const formatClock = (time: Time): string => clock.format(new Date(time));
  return {
    words,
    nameOf: (username: string) => shownName(username, words.anonymous),
    formatDay,
    formatClock,
    /** Returns an element with the day of a time. */
    dayTag: (time: Time) => `<time datetime="${iso(time).slice(0, 10)}">${formatDay(time)}</time>`,
    /** Returns an element with a time. */
    timeTag: (time: Time) =>
      `<time datetime="${iso(time)}">${formatDay(time)}, ${formatClock(time)} UTC</time>`,
  };
});

/** Answers with a page in the language of the request. @param locals the variables of this view. */
export function renderPage(request: Request, response: Response, view: string, locals: object = {}): void {
  const language = languageOf(request);
  response.vary('Accept-Language, Cookie').set('Content-Language', language);
  response.render(view, {
    ...LOCALS,
    ...LOCALS_BY_LANGUAGE[language],
    ...locals,
  });
}

function iso(time: Time): string {
  return new Date(time).toISOString();
}
