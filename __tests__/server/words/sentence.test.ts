import { Refusal } from '../../../server/refusal';
import { inLanguage } from '../../../server/words/sentence';

it('a refusal has no language until it is sent', () => {
  const refusal = new Refusal('rate_limited', ['tooManyMessages', 5], 5);
  expect(refusal.bodyIn('en')).toEqual({
    error: 'You are sending messages too fast. Try again in 5 s.',
    code: 'rate_limited',
    status: 429,
    retryAfter: 5,
  });
  expect(refusal.bodyIn('ru').error).toBe(
    'Вы отправляете сообщения слишком часто. Повторите через 5\u00a0с.',
  );
  expect(refusal.message).toBe(refusal.bodyIn('en').error);
});

it.each([
  [1, 'писать запрещено на 1 минуту: Маша'],
  [2, 'писать запрещено на 2 минуты: Маша'],
  [5, 'писать запрещено на 5 минут: Маша'],
  [21, 'писать запрещено на 21 минуту: Маша'],
  [60, 'писать запрещено на 1 час: Маша'],
  [5 * 60, 'писать запрещено на 5 часов: Маша'],
  [3 * 24 * 60, 'писать запрещено на 3 дня: Маша'],
  [11 * 24 * 60, 'писать запрещено на 11 дней: Маша'],
  [undefined, 'писать запрещено навсегда: Маша'],
])('Russian has its plural forms: %s minutes', (minutes, words) => {
  expect(inLanguage(['auditMute', 'Маша', minutes], 'ru').replaceAll('\u00a0', ' ')).toBe(words);
});

it('the end of a ban is a date of the language', () => {
  const until = Date.UTC(2026, 10, 28, 15, 4);
  expect(inLanguage(['banned', until], 'en')).toBe(
    'You are banned from this chat until 28 Nov 2026, 15:04 UTC.',
  );
  expect(inLanguage(['banned', until], 'ru')).toMatch(
    /^Доступ к\sэтому чату для вас закрыт до\s28 нояб\. 2026\sг\., 15:04 UTC\.$/,
  );
  expect(inLanguage(['banned', undefined], 'en')).toBe('You are banned from this chat.');
});
