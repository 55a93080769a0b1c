import type { CountryCode } from 'libphonenumber-js/max';
import type { z } from 'zod';
import type { AccessMode } from '../access/access-control';
import type { LimitSettings } from '../access/rate-limits';
import type { TrustedProxies } from '../identity/address';
import { findMisspelled } from './misspellings';
import { isPostgresUrl, SETTINGS } from './settings';

/** The settings of an operator. The table in the README describes them. */
export interface Config {
  /** The port to listen on; 0 lets the system choose a free one. */
  port: number;
  host: string;
  /** The origin at which people open the chat, if the server cannot determine it: behind a proxy. */
  publicUrl: string | undefined;
  /** The PEM files of the certificate and its key, if the server terminates TLS. */
  tls: { cert: string; key: string } | undefined;
  /** The proxies whose forwarding headers are trusted. */
  trustProxy: TrustedProxies;
  access: AccessMode;
  /** Undefined if limits are off. */
  limits: LimitSettings | undefined;
  /** How long the server serves on after the signal to end, not ready, in s: balancers notice in the meantime. */
  shutdownDelay: number;
  database: DatabaseSettings;
  /** How many of a room's newest messages are cached in memory while it has readers. */
  tail: number;
  /** The country of phone numbers in national format, ISO 3166-1 alpha-2. */
  phoneRegion: CountryCode;
  /** Origins whose pages may use this server, as browsers send them. */
  corsOrigins: readonly string[];
}

/** Where the data is. */
export type DatabaseSettings = SqliteSettings | PostgresSettings;

export interface SqliteSettings {
  /** The absolute path of the SQLite file. It is created, with its folder, if it is missing. */
  file: string;
}

export interface PostgresSettings {
  /** The address of the database, with its password. */
  url: string;
  /** The address of the same database for `LISTEN`, without a pooler in between. */
  listenUrl: string;
  /** The most connections for queries. */
  pool: number;
  /** Whether each transaction of the log has entries of one room only. */
  commitsByRoom: boolean;
  /** How long a statement may take, in ms. */
  statementTimeout: number;
  /** The address of the NATS server that carries hints between nodes; without one, the database does. */
  natsUrl: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration from environment variables. An empty one counts as not set.
 * @throws {Error} with a sentence on a line of its own for each invalid or misspelled variable.
 */
export function readConfig(environment: Environment): Config {
  const values = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value?.trim() || undefined]),
  );
  const { data: settings, error } = SETTINGS.safeParse(values, { reportInput: true });
  const mistakes = [
    ...findMisspelled(Object.keys(environment), Object.keys(SETTINGS.shape)),
    ...(error?.issues ?? []).map(describe),
  ];
  if (!settings || mistakes.length > 0) throw new Error(mistakes.join('\n'));
  return {
    port: settings.PORT,
    host: settings.HOST,
    publicUrl: settings.PUBLIC_URL,
    tls:
      settings.TLS_CERT && settings.TLS_KEY ? { cert: settings.TLS_CERT, key: settings.TLS_KEY } : undefined,
    trustProxy: settings.TRUST_PROXY,
    access: settings.ACCESS,
    limits: settings.LIMITS === 'off' ? undefined : limitsOf(settings),
    shutdownDelay: settings.SHUTDOWN_DELAY,
    database: databaseOf(settings),
    tail: settings.TAIL,
    phoneRegion: settings.PHONE_REGION,
    corsOrigins: settings.CORS_ORIGINS,
  };
}

function databaseOf(settings: z.output<typeof SETTINGS>): DatabaseSettings {
  const url = settings.DATABASE_URL;
  if (url === undefined) return { file: settings.DATABASE };
  return {
    url,
    listenUrl: settings.DATABASE_LISTEN_URL ?? url,
    pool: settings.DATABASE_POOL,
    commitsByRoom: settings.DATABASE_BATCHES === 'room',
    statementTimeout: settings.DATABASE_TIMEOUT * 1_000,
    natsUrl: settings.NATS_URL,
  };
}

function limitsOf(settings: z.output<typeof SETTINGS>): LimitSettings {
  return {
    messages: settings.LIMIT_MESSAGES,
    names: settings.LIMIT_NAMES,
    contacts: settings.LIMIT_CONTACTS,
    rooms: settings.LIMIT_ROOMS,
    signIns: settings.LIMIT_SIGN_INS,
    reads: settings.LIMIT_READS,
    refusals: settings.LIMIT_REFUSALS,
    connections: settings.LIMIT_CONNECTIONS,
  };
}

function describe({ path: [name], message, input }: z.core.$ZodIssue): string {
  if (name === undefined) return message;
  // An address may hold a password, also where the rest of it is wrong.
  const isSecret = (String(name).endsWith('_URL') && name !== 'PUBLIC_URL') || isPostgresUrl(String(input));
  const value = isSecret ? '' : `, not "${String(input)}"`;
  return `${String(name)} must ${message}${value}.`;
}
