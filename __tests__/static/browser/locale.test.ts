/** Returns the locale of a page in English, in a browser with the given languages. */
function localeWith(languages: string[]): string {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { languages }, configurable: true });
  try {
    let locale = '';
    jest.isolateModules(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      ({ locale } = require('../../../static/browser/locale') as { locale: string });
    });
    return locale;
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}

it.each([
  [['en-US', 'en'], 'en-US'],
  [['ru-RU', 'en-AU'], 'en-AU'],
  [['de-DE'], 'en-GB'],
  [['en-US@posix'], 'en-GB'],
  [[], 'en-GB'],
])('dates are of the reader’s own locale, if it is of the page’s language: %j', (languages, locale) => {
  expect(localeWith(languages)).toBe(locale);
});
