import { ATTACKS } from './attacks';
import { Hostile } from './hostile-client';

/*
 * A process of its own, so that what an attack costs its attacker is not measured: `attacker.ts PORT ADDRESSES NAME`.
 * It attacks until its input ends, and then prints what it did.
 */
const [port, addresses, name] = process.argv.slice(2) as [string, string, string];
const hostile = new Hostile({ port: Number(port), addresses: Number(addresses) });
ATTACKS[name]!(hostile);
process.stdin.resume().on('end', () => {
  hostile.end();
  process.stdout.write(JSON.stringify(hostile.done), () => process.exit(0));
});
