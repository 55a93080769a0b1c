import { join, resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max';
import { z } from 'zod';
import type { TrustedProxies } from '../identity/address';

/** Beside the program, whatever the working directory: this file is in `dist/config/` or `server/config/`. */
const DATABASE = join(__dirname, '..', '..', 'data', 'parley.db');
/** The most trusted proxies in a row. If fewer exist than are trusted, clients can forge their address. */
const PROXIES_MAX = 5;

/**
 * A value of a setting.
 * @param must completes the sentence "SETTING must …".
 * @param parse returns undefined for a value that is wrong.
 */
function value<T>(must: string, parse: (text: string) => T | undefined) {
  return z.string().transform((text, context): T => {
    const parsed = parse(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: must, input: text });
    return z.NEVER;
  });
}

/** Several values, with spaces or commas between them. */
function list<T extends z.ZodType<unknown, string>>(one: T) {
  return z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .pipe(z.array(one));
}

const integer = (min: number, max: number) =>
  value(`be a number from ${min} to ${max}`, (text) => {
    const number = Number(text);
    return /^\d+$/.test(text) && number >= min && number <= max ? number : undefined;
  });

const allowance = value('say how many in how many seconds, such as 30/10', (text) => {
  const [, points, seconds] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  return points && seconds ? { points: Number(points), seconds: Number(seconds) } : undefined;
});

const origin = value('list origins such as https://example.org, without a path', (text) =>
  URL.canParse(text) && new URL(text).origin === text ? text : undefined,
);

const publicUrl = value('be an address such as https://chat.example.org, without a path', (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url && /^https?:$/.test(url.protocol) && [url.origin, `${url.origin}/`].includes(text);
  return isOrigin ? url.origin : undefined;
});

const network = value(
  `be the number of proxies before the server (at most ${PROXIES_MAX}), or list their networks such as 10.0.0.0/8`,
  (text) => {
    const [address = '', bits] = text.split('/');
    // ipaddr.js alone would read 12 as 0.0.0.12.
    const isAddress = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
    return isAddress && (bits === undefined || ipaddr.isValidCIDR(text)) ? text : undefined;
  },
).refine(
  (text) => Number(text.split('/')[1] ?? 1) > 0,
  'list your proxies only, since a trusted client can forge its address',
);

/** A number of proxies, or their networks. */
const trust = z.string().transform((text, { issues }): TrustedProxies => {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= PROXIES_MAX) return count;
  const networks = list(network).safeParse(text, { reportInput: true });
  for (const issue of networks.error?.issues ?? []) issues.push(issue as z.core.$ZodRawIssue);
  return networks.data ?? z.NEVER;
});

const country = value('be a two-letter country code such as RU or DE', (text): CountryCode | undefined => {
  const code = text.toUpperCase();
  return isSupportedCountry(code) ? code : undefined;
});

const path = z
  .string()
  .refine(
    (text) => !isPostgresUrl(text),
    'be the path of a file: the address of a PostgreSQL database belongs in DATABASE_URL',
  )
  .pipe(
    value('be the path of a file', (text) =>
      // SQLite interprets these as a database in memory, or as a URI.
      text !== ':memory:' && !text.startsWith('file:') ? resolve(text) : undefined,
    ),
  );

/** Whether a text begins as the address of a PostgreSQL database, which may hold a password. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:/i.test(text);
}

const serverUrl = (protocols: readonly string[], example: string) =>
  value(`be an address such as ${example}`, (text) =>
    URL.canParse(text) && protocols.includes(new URL(text).protocol) ? text : undefined,
  );

/** Messages of the checks never quote these: they hold passwords. */
const postgresUrl = serverUrl(['postgres:', 'postgresql:'], 'postgres://user:password@host/database');
const natsUrl = serverUrl(['nats:', 'tls:'], 'nats://host:4222');

/** Every setting, by its environment variable, with its default. */
export const SETTINGS = z
  .object({
    PORT: integer(0, 65_535).default(3000),
    HOST: z.string().default('localhost'),
    PUBLIC_URL: publicUrl.optional(),
    TLS_CERT: z.string().optional(),
    TLS_KEY: z.string().optional(),
    TRUST_PROXY: trust.default(0),
    ACCESS: z.enum(['open', 'invite', 'closed'], 'be open, invite or closed').default('open'),
    LIMITS: z.enum(['on', 'off'], 'be on or off').default('on'),
    LIMIT_MESSAGES: allowance.default({ points: 30, seconds: 10 }),
    LIMIT_NAMES: allowance.default({ points: 10, seconds: 60 }),
    LIMIT_CONTACTS: allowance.default({ points: 30, seconds: 60 }),
    LIMIT_ROOMS: allowance.default({ points: 30, seconds: 60 }),
    LIMIT_SIGN_INS: allowance.default({ points: 10, seconds: 300 }),
    LIMIT_READS: allowance.default({ points: 600, seconds: 10 }),
    LIMIT_REFUSALS: allowance.default({ points: 60, seconds: 10 }),
    LIMIT_CONNECTIONS: integer(1, 100_000).default(100),
    DATABASE: path.default(DATABASE),
    SHUTDOWN_DELAY: integer(0, 600).default(0),
    DATABASE_URL: postgresUrl.optional(),
    DATABASE_LISTEN_URL: postgresUrl.optional(),
    DATABASE_POOL: integer(2, 1_000).default(10),
    DATABASE_TIMEOUT: integer(1, 600).default(10),
    DATABASE_BATCHES: z.enum(['all', 'room'], 'be all or room').default('all'),
    NATS_URL: natsUrl.optional(),
    TAIL: integer(1, 10_000).default(500),
    PHONE_REGION: country.default('RU'),
    CORS_ORIGINS: list(origin).default([]),
  })
  .refine(({ TLS_CERT, TLS_KEY }) => !TLS_CERT === !TLS_KEY, {
    error: 'TLS_CERT and TLS_KEY belong together: set both, or neither.',
    path: [],
  })
  .superRefine((settings, { issues }) => {
    for (const name of ['DATABASE_LISTEN_URL', 'NATS_URL'] as const) {
      if (settings[name] === undefined || settings.DATABASE_URL !== undefined) continue;
      issues.push({ code: 'custom', message: `${name} needs DATABASE_URL.`, path: [], input: undefined });
    }
  });
