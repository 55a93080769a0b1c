import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { words as englishPage } from '../../../server/words/en/page';
import { sentences as english } from '../../../server/words/en/sentences';
import { words as englishViews } from '../../../server/words/en/views';
import { words as russianPage } from '../../../server/words/ru/page';
import { sentences as russian } from '../../../server/words/ru/sentences';
import { words as russianViews } from '../../../server/words/ru/views';

const ROOT = join(__dirname, '..', '..', '..');

/** Returns the sources of a folder by their names, without the catalogue itself. */
function sourcesOf(folder: string, ending: string): [string, string][] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.startsWith(join('words', '')))
    .map((name) => [name, readFileSync(join(ROOT, folder, name), 'utf8')]);
}

const SERVER_SOURCES = sourcesOf('server', '.ts');
const [SERVER, PAGE, VIEWS] = [SERVER_SOURCES, sourcesOf('static', '.ts'), sourcesOf('views', '.ejs')].map(
  (sources) => sources.map(([, source]) => source).join('\n'),
) as [string, string, string];

/** Returns the words of a catalogue by their path, such as `roles.owner`. */
function flatten(words: object, path = ''): [string, unknown][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'object' ? flatten(value as object, `${path}${key}.`) : [[path + key, value as unknown]],
  );
}

/** What differs from language to language without being words, and names that are the same in all. */
const NO_WORDS = ['language', 'locale', 'direction', 'audited', 'transports.websocket', 'transports.sse'];

describe.each([
  ['the sentences of the server', english, russian],
  ['the words of the page’s scripts', englishPage, russianPage],
  ['the words of the views', englishViews, russianViews],
])('%s', (_, inEnglish: object, inRussian: object) => {
  const russianByPath = new Map(flatten(inRussian));
  const pairs = flatten(inEnglish).map(([path, words]): [string, unknown, unknown] => [
    path,
    words,
    russianByPath.get(path),
  ]);

  it.each(pairs)('%s is there in every language', (path, words, translated) => {
    expect(typeof translated).toBe(typeof words);
    if (NO_WORDS.includes(path)) return;
    const inserted = [3, 3, 3, 3];
    const say = (one: unknown) =>
      typeof one !== 'function' ? String(one) : sayWith(one as (...all: unknown[]) => unknown, inserted);
    expect(say(words)).toMatch(/[a-z]/i);
    expect(say(words)).not.toMatch(/[а-яё]/i);
    expect(say(translated)).toMatch(/[а-яё]/i);
    for (const text of [say(words), say(translated)]) expect(text).not.toMatch(/undefined|NaN|\[object|=>/);
  });

  it('are the same in number', () => {
    expect([...russianByPath.keys()].sort()).toEqual(pairs.map(([path]) => path).sort());
  });
});

/** Calls a word with numbers or, if it wants others, with texts, lists, roles or functions. */
function sayWith(word: (...inserted: unknown[]) => unknown, numbers: readonly unknown[]): string {
  const candidates = [
    numbers,
    ['member', 3],
    [3, 'member'],
    [['A', 'B'], 1],
    [(text: string) => text],
    ['A', 1_440, ['B']],
    ['A', 'member'],
  ];
  for (const inserted of candidates) {
    try {
      const text = word(...inserted);
      if (typeof text === 'string' && !/undefined|=>/.test(text)) return text;
    } catch {
      // It wants others.
    }
  }
  return 'undefined';
}

describe('every word', () => {
  it.each(Object.keys(english))('of the server is said somewhere: %s', (key) => {
    expect(SERVER).toMatch(new RegExp(`'${key}'`));
  });

  it.each(Object.keys(englishPage).filter((key) => key !== 'locale'))(
    'of the page’s scripts is shown somewhere: %s',
    (key) => {
      expect(`${PAGE}${VIEWS}`).toMatch(new RegExp(`\\bwords\\.${key}\\b`));
    },
  );

  it.each(Object.keys(englishViews))('of the views is shown somewhere: %s', (key) => {
    const isOfThePage = key in englishPage;
    if (!isOfThePage) expect(VIEWS + SERVER).toMatch(new RegExp(`\\bwords\\.${key}\\b`));
  });

  it('that a view shows is in the catalogue', () => {
    const shown = [...VIEWS.matchAll(/\bwords\.(\w+)/g)].map(([, key]) => key);
    expect(shown.filter((key) => !(key! in englishViews))).toEqual([]);
  });
});

it('no part of the server has sentences of its own but those for its operator', () => {
  const own = SERVER_SOURCES.filter(
    ([name]) => !/^(?:stores|command-line|config|log)\b|^main\.ts|^identity.address\.ts/.test(name),
  ).flatMap(([name, source]) =>
    source
      .split('\n')
      // Comments, and errors that no client sees.
      .filter((line) => !/^\s*(?:\*|\/\*|\/\/)|console\.error|throw new Error|`Trusting /.test(line))
      .filter((line) => /['"`](?=[A-Z"])[^'"`]* [^'`]*\.['`]/.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(own).toEqual([]);
});

it('no view has words of its own', () => {
  const own = VIEWS.replace(/<%#.*?%>/gs, '')
    .replace(/<%.*?%>/gs, '')
    .replace(/<(script|style)\b.*?<\/\1>/gs, '')
    .replace(/<code>.*?<\/code>/gs, '');
  const attributes = [...own.matchAll(/\b(?:aria-label|placeholder|title|alt)="([^"]*)"/g)].map(
    ([, text]) => text,
  );
  const texts = own.replace(/<[^>]*>/g, '\n').split('\n');
  // The product’s name, and the zone of the times that no script has changed yet.
  const words = [...attributes, ...texts].filter((text) =>
    /\p{L}/u.test(text!.replace(/\bParley\b|\bUTC\b/g, '')),
  );
  expect(words).toEqual([]);
});
