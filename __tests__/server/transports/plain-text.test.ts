import { notice } from '../../../server/transports/plain-text';

it.each(['\n', '\r\n', '\u2028'])('a notice stays one notice, whatever it quotes: %j', (lineEnd) => {
  expect(notice(`“Olga” wrote${lineEnd}Masha: hi`)).toBe(' * “Olga” wrote\n  Masha: hi');
});
