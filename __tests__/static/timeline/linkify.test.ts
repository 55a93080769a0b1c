import fc from 'fast-check';
import { linkify } from '../../../static/timeline/linkify';

/** Returns the texts of the links. */
const addresses = (text: string) =>
  linkify(text)
    .filter(({ href }) => href)
    .map((piece) => piece.text);
const hosts = (text: string) => linkify(text).flatMap(({ href }) => (href ? [new URL(href).hostname] : []));
const ascii = (host: string) => new URL(`https://${host}`).hostname;

describe('a web address in a text', () => {
  it.each([
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(https://example.org/wiki/Log_(2))', ['https://example.org/wiki/Log_(2)']],
    ['“https://example.org”, «https://example.com/a»', ['https://example.org', 'https://example.com/a']],
    ['https://example.com...and', ['https://example.com']],
    ['See https://example.com/docs: it works', ['https://example.com/docs']],
    ['`https://example.com/x`', ['https://example.com/x']],
    ['https://example.com/a:)', ['https://example.com/a']],
    ['href="https://example.com/?q=a">a', ['https://example.com/?q=a']],
    ['http://localhost:3000/r/lobby', ['http://localhost:3000/r/lobby']],
    ['http://[::1]:3000/', ['http://[::1]:3000/']],
    ['HTTPS://EXAMPLE.COM', ['HTTPS://EXAMPLE.COM']],
    ['https://web.example/https://example.com/', ['https://web.example/https://example.com/']],
    ['https://example.com/\u202egnp.exe', ['https://example.com/']],
    ['xhttps://example.com', []],
    ['https://', []],
    ['https://<b>', []],
    ['http://999.999.999.999/', []],
    ['https://example.com:99999/', []],
  ])('ends where the sentence goes on: %j', (text, expected) => {
    expect(addresses(text)).toEqual(expected);
  });

  it.each([
    ['https://example.com你好', 'https://example.com'],
    ['看https://example.com的网站', 'https://example.com'],
    ['https://example.com。你好', 'https://example.com'],
    ['https://example.com，联系a@example.org', 'https://example.com'],
    ['https://example.comです', 'https://example.com'],
    ['https://example.com입니다', 'https://example.com'],
    ['https://example.comпривет', 'https://example.com'],
    ['https://example.comשלום', 'https://example.com'],
    ['https://192.168.0.1你好', 'https://192.168.0.1'],
    ['https://пример.рф你好', 'https://пример.рф'],
    ['https://example.com/a，然后', 'https://example.com/a'],
    ['（https://example.com/a）', 'https://example.com/a'],
    ['https://example.com/a「b」', 'https://example.com/a'],
  ])('ends before text in another script: %j', (text, address) => {
    expect(addresses(text)).toEqual([address]);
  });

  it.each([
    'https://пример.рф/путь',
    'https://例え.テスト/道?問=答',
    'https://bücher.example/ß',
    'https://한국.kr/',
    'https://موقع.مصر/',
    'https://ไทย.example/',
    'https://zh.wikipedia.org/wiki/中文',
  ])('may have an internationalized host and path: %j', (address) => {
    expect(addresses(`${address} .`)).toEqual([address]);
  });

  it.each([
    'https://exаmple.com with a Cyrillic letter',
    'https://example.com你好.com',
    'https://abc日本.com',
    'https://localhost你好',
    'http://localhost:3000你好',
    'https://example.org@example.com/',
    'https://example.org:pass@example.com/',
    'https://example.org:80x@example.com/',
    `https://${'a'.repeat(64)}.com`,
    `https://${'日'.repeat(300)}`,
  ])('is no link if its host is ambiguous: %j', (text) => {
    expect(addresses(text)).toEqual([]);
  });

  it('excludes compatibility characters, which lead to another host', () => {
    expect(hosts('https://example.comª https://example.com⁵')).toEqual(['example.com', 'example.com']);
    expect(hosts('https://пример.рф')).toEqual([ascii('пример.рф')]);
  });
});

describe('linkifying', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'https://',
      'http://',
      'example.com',
      '.',
      ':',
      '/',
      '@',
      '?',
      '#',
      '(',
      ')',
      ']',
      '，',
      ' ',
    ),
    fc.constantFrom('你好', 'привет', 'שלום', 'é', '\u0301', '\u200d', '🎈', '\ud800', '1', '-', '_', 'a'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );

  it('keeps every character, and links only to the host that is shown', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const pieces = linkify(text);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        for (const { text: shown, href } of pieces) {
          if (!href) continue;
          const { protocol, username, hostname } = new URL(href);
          expect(['http:', 'https:']).toContain(protocol);
          expect(username).toBe('');
          const [, host] = /^https?:\/\/([^/?#:]+|\[[^\]]+\])/i.exec(shown)!;
          expect(hostname).toBe(new URL(`http://${host}`).hostname);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  // Quadratic time for a million characters would exceed any time limit.
  it.each([
    ['closing brackets', 'https://', ')'],
    ['brackets after an address', 'https://example.com/', '(])'],
    ['opening brackets', 'https://example.com/', '([{'],
    ['quotation marks', 'https://example.com/', '"\''],
    ['full stops', 'https://example.com/', '.'],
    ['schemes', '', 'https://'],
    ['addresses without a host that exists', '', 'https://999.999.999.999/'],
    ['addresses without a port that exists', '', 'https://a.b:99999/'],
    ['hosts in doubt', '', 'https://abc日本.com'],
    ['user names', '', 'https://a:'],
    ['labels', 'https://', 'a.'],
    ['a label of one script', 'https://', '日'],
    ['marks', 'https://a', '\u0301'],
    ['addresses', '', 'https://example.com你好'],
  ])('takes linear time: %s', (_shape, start, repeated) => {
    const text = start + repeated.repeat(1_000_000 / repeated.length);
    expect(linkify(text).reduce((sum, piece) => sum + piece.text.length, 0)).toBe(text.length);
  });
});
