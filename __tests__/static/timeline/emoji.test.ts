import { isFewEmoji } from '../../../static/timeline/emoji';

describe('a text of one to three emoji', () => {
  it.each([
    '🎈',
    '🎈🎈 🎈',
    '🇩🇪',
    '🇩🇪🇫🇷',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    '🏳️‍🌈',
    '1️⃣',
    '#️⃣2️⃣',
    '*⃣',
    '👍🏽',
    '☝🏽',
    '❤️',
    '👩‍❤️‍👩',
    '👩‍❤‍👩',
    '👨‍👩‍👧‍👦',
    '🧑🏽‍🚀',
    '©️',
  ])('may have pictographs, flags and keycaps: %s', (text) => {
    expect(isFewEmoji(text)).toBe(true);
  });

  it.each(['', ' ', '©', '®', '™', '© 2026', '1', '12', '#', '🇩', '🇩🇪!', '🎈🎈🎈🎈', 'a🎈', '\u200d'])(
    'has nothing else: %j',
    (text) => {
      expect(isFewEmoji(text)).toBe(false);
    },
  );

  it('is recognized in linear time', () => {
    for (const text of ['👩\u200d'.repeat(300_000), '🇩🇪'.repeat(300_000), `🎈${' '.repeat(900_000)}x`])
      expect(isFewEmoji(text)).toBe(false);
  });
});
