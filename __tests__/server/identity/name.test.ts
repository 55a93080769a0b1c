import { checkName, normalizeName, skeletonOf } from '../../../server/identity/name';

describe('a name', () => {
  it.each([
    ['Masha', 'Masha'],
    ['  Maria   Ivanova ', 'Maria Ivanova'],
    ['Маша', 'Маша'],
    ['O’Brien', "O'Brien"],
    ['Ｍａｓｈａ', 'Masha'],
    ['Zoe\u0308', 'Zoë'],
    ['محمد', 'محمد'],
    ['アンナ', 'アンナ'],
    ['r2-d2', 'r2-d2'],
  ])('is normalized: %j is %j', (written, name) => {
    expect(checkName(written)).toBe(name);
  });

  it.each(['Anonymous', 'anonymous', 'Аnonymous', 'ＡＮＯＮＹＭＯＵＳ', 'Аноним', 'АНОНИМ'])(
    'that looks like everybody’s, in any language, is everybody’s: %j',
    (written) => {
      expect(checkName(written)).toBe('Anonymous');
    },
  );

  it('that an account had before it was everybody’s still signs in to it', () => {
    expect(normalizeName('  Аноним ')).toBe('Аноним');
  });

  it.each([
    'System',
    'ADMIN',
    'аdmin',
    'pаrley',
    'Adrnin',
    '0wner',
    'Moderator',
    'rооt',
    'Anonymous k3f9',
    'Аноним k3f9',
  ])('can not be one that only the server may have, nor look like it: %j', (written) => {
    expect(() => checkName(written)).toThrow('That name is reserved. Choose another.');
  });

  it.each([
    ['', 'The name is empty.'],
    ['x'.repeat(41), 'The name is over 40 characters.'],
    ['Ma\u200dsha', 'A name consists of letters'],
    ['Ma\u200bsha', 'A name consists of letters'],
    ['Ma\u202esha', 'A name consists of letters'],
    ['Ma\u00adsha', 'A name consists of letters'],
    ['Masha\u0000', 'A name consists of letters'],
    ['Masha 🎈', 'A name consists of letters'],
    ['ﬁfi', 'A name consists of letters'],
    ['한', undefined],
    ['ᄒ', 'A name consists of letters'],
    ['abcمحمد', 'A word of a name cannot mix both writing directions.'],
    ['محمدabc', 'A word of a name cannot mix both writing directions.'],
  ])('is refused with a reason if it is not valid: %j', (written, reason) => {
    if (reason) expect(() => checkName(written)).toThrow(reason);
    // Decomposed syllables are equal to composed ones.
    else expect(checkName(written)).toBe(written.normalize('NFC'));
  });
});

describe('combining marks in a name', () => {
  it.each([
    ['Vietnamese', 'Nguyễn Thị Tuyết'],
    ['Hebrew with points', 'שָׁלוֹם'],
    ['Arabic with vowels', 'مُحَمَّدٌ'],
    ['Thai', 'ผึ้ง'],
    ['Hindi', 'ज़िंदगी'],
    ['Burmese', 'ကြွေး'],
    ['Tibetan', 'བསྒྲུབས'],
  ])('are sufficient for %s', (_script, written) => {
    expect(() => checkName(written)).not.toThrow();
  });

  it.each([
    'Z\u0300\u0301\u0302\u0303',
    `a${'\u0335'.repeat(39)}`,
    'ṩ\u0300\u0301',
    'ק\u05c1\u05bc\u05b8\u0591',
  ])('are limited, so that they can’t cover other lines: %j', (written) => {
    expect(() => checkName(written)).toThrow('A name can have at most 3 combining marks on one letter.');
  });

  it('can’t combine with the character before the name', () => {
    expect(() => checkName('\u0301Masha')).toThrow('No word of a name can begin with a combining mark.');
  });
});

describe('the skeleton of a name', () => {
  it.each([
    ['Masha', 'masha'],
    ['Masha', 'Маsha'],
    ['Al', 'AI'],
    ['paypal', 'раураl'],
    ['Bill', 'B1ll'],
    ['Oleg', '0leg'],
    ['modern', 'rnodern'],
    ['Zoë', 'Zoe\u0308'],
  ])('is equal for names that can be mistaken for each other: %j and %j', (one, other) => {
    expect(skeletonOf(one)).toBe(skeletonOf(other));
  });

  it.each([
    ['Masha', 'Misha'],
    ['Маша', 'Миша'],
    ['Anna', 'Hanna'],
    ['Zoë', 'Zoe'],
  ])('differs for names that can’t: %j and %j', (one, other) => {
    expect(skeletonOf(one)).not.toBe(skeletonOf(other));
  });
});
