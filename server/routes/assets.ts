import express, { Router } from 'express';
import { dirname, join } from 'node:path';

/** What a page may load; the sources and build records that lie beside it are no part of it. */
const SERVED = /^\/[\w-]+(\.[\w-]+)*\.(?:css|js|svg)$/;

/** `/static`: the browser's script, style and icon, and the Socket.IO client that the script imports. */
export function assets(root: string): Router {
  const router = Router();
  router.use((request, _response, next) => next(SERVED.test(request.path) ? undefined : 'router'));
  router.get('/socket.io.js', (_request, response) => {
    // From the server's own package, so the two are of one version; not under `/socket.io`, so that a network that
    // blocks that path does not take the page's script along.
    response.sendFile(
      join(dirname(require.resolve('socket.io/package.json')), 'client-dist/socket.io.esm.min.js'),
    );
  });
  router.use(express.static(join(root, 'dist', 'static')), express.static(join(root, 'static')));
  return router;
}
