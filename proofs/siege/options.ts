import { parseArgs } from 'node:util';
import { parseNumber } from '../command-line';
import { ATTACKS } from './attacks';

export interface Options {
  seconds: number;
  addresses: number;
  /** The names of the attacks to run. */
  attacks: string[];
}

export const USAGE = `npm run siege -- [options]

  --seconds N       how long each attack lasts (default 60)
  --addresses N     how many addresses each attack comes from (default 4)
  --attacks a,b     attacks with one of these texts in their names (default: all)
`;

/** Parses the command line. @throws {Error} a sentence that describes the mistake. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '60' },
      addresses: { type: 'string', default: '4' },
      attacks: { type: 'string', default: '' },
    },
  });
  const parts = values.attacks.split(',');
  const attacks = Object.keys(ATTACKS).filter((name) => parts.some((part) => name.includes(part)));
  if (attacks.length === 0) {
    throw new Error(
      `No attack is named like "${values.attacks}". The attacks are: ${Object.keys(ATTACKS).join('; ')}.`,
    );
  }
  return {
    seconds: parseNumber('seconds', values.seconds, 1),
    addresses: parseNumber('addresses', values.addresses, 1),
    attacks,
  };
}
