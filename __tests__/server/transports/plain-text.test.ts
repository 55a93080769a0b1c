import { notice } from '../../../server/transports/plain-text';

it.each(['\n', '\r\n', '\u2028'])('a notice stays one notice, whatever it quotes: %j', (lineEnd) => {
  expect(notice(['messageDeleted', `Olga${lineEnd}Masha: hi`], 'en')).toBe(
    ' * A message from “Olga\n  Masha: hi” was deleted.',
  );
});
