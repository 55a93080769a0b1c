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
  ])('has pictures, flags and keycaps: %s', (text) => {
    expect(isFewEmoji(text)).toBe(true);
  });

  it.each(['', ' ', '©', '®', '™', '© 2026', '1', '12', '#', '🇩', '🇩🇪!', '🎈🎈🎈🎈', 'a🎈', '\u200d'])(
    'is no other text: %j',
    (text) => {
      expect(isFewEmoji(text)).toBe(false);
    },
  );

  it('is looked for in time that grows with the length alone', () => {
    for (const text of ['👩\u200d'.repeat(300_000), '🇩🇪'.repeat(300_000), `🎈${' '.repeat(900_000)}x`])
      expect(isFewEmoji(text)).toBe(false);
  });
});
