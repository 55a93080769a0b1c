import { join, resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max';
import type { AccessMode } from './access/access-control';
import type { LimitSettings } from './access/limits';
import type { Allowance } from './access/rate-limit';
import type { Trust } from './identity/address';

/** What an operator can set; the README's table says the same. */
export interface Config {
  /** Where to listen; 0 lets the system choose a free port. */
  port: number;
  host: string;
  /** The origin under which people open the chat, where the server can't know it: behind a proxy. */
  publicUrl: string | undefined;
  /** The files of the certificate and its key, PEM, where the server speaks TLS itself. */
  tls: { cert: string; key: string } | undefined;
  /** The proxies that are believed about where a request comes from. */
  trustProxy: Trust;
  /** Who may come in. */
  access: AccessMode;
  /** How often things may be done; nothing where there are no limits. */
  limits: LimitSettings | undefined;
  /** The path of the SQLite file, absolute; made, with its folder, if missing. */
  database: string;
  /** How many of the newest messages of each room are kept in memory while somebody reads it. */
  tail: number;
  /** The country whose national phone numbers are understood, ISO 3166-1 alpha-2. */
  phoneRegion: CountryCode;
  /** Origins whose pages may use this server, as a browser sends them. */
  corsOrigins: readonly string[];
}

/** Beside the program, wherever it is started from: the compiled server lies in `dist/`, its source in `server/`. */
const DATABASE = join(__dirname, '..', 'data', 'parley.db');

/**
 * Reads the configuration from environment variables; empty ones count as not set.
 * @throws {Error} a sentence naming the setting that is wrong, and what it takes.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  refuseMisspelt(env);
  const read: Read = (name, fallback, parse) => parse(env[name]?.trim() || fallback);
  return {
    port: read('PORT', '3000', parseNumber('PORT', 0, 65_535)),
    host: read('HOST', 'localhost', String),
    publicUrl: read('PUBLIC_URL', '', parsePublicUrl),
    tls: readTls(read('TLS_CERT', '', String), read('TLS_KEY', '', String)),
    trustProxy: read('TRUST_PROXY', '0', parseTrust),
    access: read('ACCESS', 'open', parseAccess),
    limits: read('LIMITS', 'on', parseSwitch) ? readLimits(read) : undefined,
    database: read('DATABASE', DATABASE, parseDatabase),
    tail: read('TAIL', '500', parseNumber('TAIL', 1, 10_000)),
    phoneRegion: read('PHONE_REGION', 'RU', parseRegion),
    corsOrigins: read('CORS_ORIGINS', '', parseOrigins),
  };
}

/** Every setting there is. */
const SETTINGS = [
  'PORT',
  'HOST',
  'PUBLIC_URL',
  'TLS_CERT',
  'TLS_KEY',
  'TRUST_PROXY',
  'ACCESS',
  'LIMITS',
  'LIMIT_MESSAGES',
  'LIMIT_NAMES',
  'LIMIT_CONTACTS',
  'LIMIT_SIGN_INS',
  'LIMIT_READS',
  'LIMIT_REFUSALS',
  'LIMIT_CONNECTIONS',
  'DATABASE',
  'TAIL',
  'PHONE_REGION',
  'CORS_ORIGINS',
] as const;
type Setting = (typeof SETTINGS)[number];

/** What two spellings of one setting have in common: underscores, plurals and case are what people get wrong. */
const spelling = (name: string): string => name.toUpperCase().replace(/S?(?:_|$)/g, '');

/**
 * The environment holds much that is not ours, so only names that look like a setting are refused.
 * @throws {Error} a sentence naming the setting that was meant.
 */
function refuseMisspelt(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(env)) {
    if ((SETTINGS as readonly string[]).includes(name)) continue;
    // Windows has no case in the names of its environment, and its own `Path`s: short names prove nothing.
    const meant = SETTINGS.find((setting) => setting.includes('_') && spelling(setting) === spelling(name));
    if (meant) throw new Error(`${name} is not a setting. Did you mean ${meant}?`);
    if (!name.startsWith('LIMIT_')) continue;
    const limits = SETTINGS.filter((setting) => setting.startsWith('LIMIT_')).join(', ');
    throw new Error(`${name} is not a setting. The limits are ${limits}.`);
  }
}

type Read = <T>(name: Setting, fallback: string, parse: (text: string) => T) => T;

function readLimits(read: Read): LimitSettings {
  const allowance = (name: Setting, fallback: string): Allowance =>
    read(name, fallback, parseAllowance(name));
  return {
    messages: allowance('LIMIT_MESSAGES', '30/10'),
    names: allowance('LIMIT_NAMES', '10/60'),
    contacts: allowance('LIMIT_CONTACTS', '30/60'),
    signIns: allowance('LIMIT_SIGN_INS', '10/300'),
    reads: allowance('LIMIT_READS', '600/10'),
    refusals: allowance('LIMIT_REFUSALS', '60/10'),
    connections: read('LIMIT_CONNECTIONS', '100', parseNumber('LIMIT_CONNECTIONS', 1, 100_000)),
  };
}

function parseAllowance(name: string): (text: string) => Allowance {
  return (text) => {
    const [, points, seconds] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
    if (!points || !seconds) {
      throw new Error(`${name} must say how many in how many seconds, such as 30/10, not "${text}".`);
    }
    return { points: Number(points), seconds: Number(seconds) };
  };
}

function parseSwitch(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new Error(`LIMITS must be on or off, not "${text}".`);
}

function parseAccess(text: string): AccessMode {
  if (text === 'open' || text === 'invite' || text === 'closed') return text;
  throw new Error(`ACCESS must be open, invite or closed, not "${text}".`);
}

/** More proxies in a row than this are a mistake: each hop that is trusted and not there lets a client choose its address. */
const MOST_PROXIES = 5;

function parseTrust(text: string): Trust {
  if (/^\d+$/.test(text) && Number(text) <= MOST_PROXIES) return Number(text);
  const networks = text.split(/[\s,]+/).filter(Boolean);
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    // ipaddr.js alone would read 12 as 0.0.0.12.
    const known = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
    if (!known || (bits !== undefined && !ipaddr.isValidCIDR(network))) {
      throw new Error(
        `TRUST_PROXY must be the number of proxies before the server (at most ${MOST_PROXIES}), or list their networks such as 10.0.0.0/8, not "${text}".`,
      );
    }
    if (bits === '0') {
      throw new Error(
        `TRUST_PROXY must name your proxies, not "${network}": everybody could then choose the address they come from.`,
      );
    }
  }
  return networks;
}

function parseDatabase(text: string): string {
  // SQLite would take these as a database that ends with the process.
  if (text !== ':memory:' && !text.startsWith('file:')) return resolve(text);
  throw new Error(`DATABASE must be the path of a file, not "${text}".`);
}

function parsePublicUrl(text: string): string | undefined {
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && [url.origin, `${url.origin}/`].includes(text)) {
    return url.origin;
  }
  throw new Error(
    `PUBLIC_URL must be an address such as https://chat.example.org, without a path, not "${text}".`,
  );
}

function readTls(cert: string, key: string): Config['tls'] {
  if (!cert && !key) return undefined;
  if (cert && key) return { cert, key };
  throw new Error('TLS_CERT and TLS_KEY belong together: set both, or neither.');
}

function parseNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw new Error(`${name} must be a number from ${least} to ${most}, not "${text}".`);
    }
    return number;
  };
}

function parseRegion(text: string): CountryCode {
  const region = text.toUpperCase();
  if (!isSupportedCountry(region)) {
    throw new Error(`PHONE_REGION must be a two-letter country code such as RU or DE, not "${text}".`);
  }
  return region;
}

function parseOrigins(text: string): string[] {
  const origins = text.split(/[\s,]+/).filter(Boolean);
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new Error(
        `CORS_ORIGINS must list origins such as https://example.org, without a path, not "${origin}".`,
      );
    }
  }
  return origins;
}
