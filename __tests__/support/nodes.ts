import { type RunningApp, startApp } from './app';
import { createDatabase } from './postgres';

/** Several servers on one PostgreSQL database. */
export interface Nodes {
  apps: RunningApp[];
  close: () => Promise<void>;
}

/** Starts servers on a database of their own. @param env their environment variables. */
export async function startNodes(count: number, env: Record<string, string> = {}): Promise<Nodes> {
  const database = await createDatabase();
  const start = () => startApp({ DATABASE_URL: database.url, DATABASE_POOL: '4', ...env });
  const apps = await Promise.all(Array.from({ length: count }, start));
  return {
    apps,
    close: async () => {
      await Promise.all(apps.map((app) => app.close()));
      await database.remove();
    },
  };
}
