import type { Server } from 'node:http';

/** Listens where it is told to, as Parley does. */
export function listen(http: Server): void {
  http.listen(Number(process.env.PORT), '127.0.0.1');
}
