import { words } from 'shared/words';

/** The locale of dates and times: the reader's own, such as `en-US`, if it is of the page's language. */
export const locale =
  globalThis.navigator?.languages?.find((tag) => tag.split('-')[0] === words.language && isSupported(tag)) ??
  words.locale;

/** Whether the browser can format in a locale: on some systems, it reports one that is malformed (`en-US@posix`). */
function isSupported(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
