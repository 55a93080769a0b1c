import { ATTACKS } from './attacks';
import { HostileClient } from './hostile-client';

/*
 * Runs one attack: `attacker.ts PORT ADDRESSES NAME`. It is a process of its own, so that its cost is not measured.
 * It attacks until its stdin ends, and then prints its counters.
 */
const [port, addresses, name] = process.argv.slice(2) as [string, string, string];
const client = new HostileClient({ port: Number(port), addresses: Number(addresses) });
ATTACKS[name]!(client);
process.stdin.resume().on('end', () => {
  client.end();
  process.stdout.write(JSON.stringify(client.counters), () => process.exit(0));
});
