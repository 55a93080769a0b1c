import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createOwnersLink, describeOwnersLink } from './accounts/invitations';
import { createApp } from './app';
import { addressOf } from './config/address';
import { readConfig } from './config/config';
import { describeTrustedProxies } from './identity/address';
import { describeDatabase, openStores } from './stores/open';

/** How long a shutdown may take before the process exits regardless, in ms. */
const SHUTDOWN_TIMEOUT = 10_000;

async function main(): Promise<void> {
  const unknown = process.argv[2];
  if (unknown !== undefined)
    throw new Error(
      `The server has no argument ${unknown}. Its settings are environment variables; "npm run parley -- --help" lists commands.`,
    );
  const config = readConfig(process.env);
  const stores = await openStores(config.database);
  const app = await createApp(config, stores);

  const shutDown = (): void => {
    setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT).unref();
    app.close().then(() => process.exit(0), fail);
  };
  let isDraining = false;
  const drain = (): void => {
    app.drain();
    // A second signal ends the delay.
    if (isDraining || config.shutdownDelay === 0) return shutDown();
    isDraining = true;
    setTimeout(shutDown, config.shutdownDelay * 1_000);
  };
  // SIGHUP is sent when the terminal is closed.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, drain);

  // If `localhost` has two addresses, Node would choose one of them. Proxies and scripts expect this one.
  app.server.listen(config.port, config.host === 'localhost' ? '127.0.0.1' : config.host);
  await once(app.server, 'listening');
  const { port } = app.server.address() as AddressInfo;
  const address = addressOf(config, port);
  const secret = await createOwnersLink(stores.invitations);
  const trust = describeTrustedProxies(config.trustProxy);
  if (trust) console.log(trust);
  const link = secret ? `\n${describeOwnersLink(address, secret)}` : '';
  console.log(`Parley is open at ${address}${link}\nIts database is ${describeDatabase(config.database)}`);
}

function fail(error: NodeJS.ErrnoException): void {
  console.error(explain(error));
  process.exit(1);
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE')
    return 'The port is in use. Stop the program that uses it, or set PORT to another.';
  if (code === 'EACCES') return 'This user may not open the port. Set PORT to one above 1023.';
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL') return 'HOST must be an address of this machine.';
  return message;
}

main().catch(fail);
