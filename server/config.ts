import ipaddr from 'ipaddr.js';
import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max';
import type { Trust } from './address';
import type { Access } from './door';
import type { LimitSettings } from './limits';
import type { Allowance } from './rate-limit';

/** What an operator can set; the README's table says the same. */
export interface Config {
  /** Where to listen; 0 lets the system choose a free port. */
  port: number;
  host: string;
  /** The files of the certificate and its key, PEM, where the server speaks TLS itself. */
  tls: { cert: string; key: string } | undefined;
  /** The proxies that are believed about where a request comes from. */
  trustProxy: Trust;
  /** Who may come in. */
  access: Access;
  /** How often things may be done; nothing where there are no limits. */
  limits: LimitSettings | undefined;
  /** The SQLite file; made, with its folder, if missing. */
  database: string;
  /** How many of the newest messages of each room are kept in memory while somebody reads it. */
  tail: number;
  /** The country whose national phone numbers are understood, ISO 3166-1 alpha-2. */
  phoneRegion: CountryCode;
  /** Origins whose pages may use this server, as a browser sends them. */
  corsOrigins: readonly string[];
}

/**
 * Reads the configuration from environment variables; empty ones count as not set.
 * @throws {Error} a sentence naming the setting that is wrong, and what it takes.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const read: Read = (name, fallback, parse) => parse(env[name]?.trim() || fallback);
  return {
    port: read('PORT', '3000', parseNumber('PORT', 0, 65_535)),
    host: read('HOST', 'localhost', String),
    tls: readTls(read('TLS_CERT', '', String), read('TLS_KEY', '', String)),
    trustProxy: read('TRUST_PROXY', '0', parseTrust),
    access: read('ACCESS', 'open', parseAccess),
    limits: read('LIMITS', 'on', parseSwitch) ? readLimits(read) : undefined,
    database: read('DATABASE', 'data/parley.db', String),
    tail: read('TAIL', '500', parseNumber('TAIL', 1, 10_000)),
    phoneRegion: read('PHONE_REGION', 'RU', parseRegion),
    corsOrigins: read('CORS_ORIGINS', '', parseOrigins),
  };
}

type Read = <T>(name: string, fallback: string, parse: (text: string) => T) => T;

function readLimits(read: Read): LimitSettings {
  const allowance = (name: string, fallback: string): Allowance => read(name, fallback, parseAllowance(name));
  return {
    messages: allowance('LIMIT_MESSAGES', '30/10'),
    names: allowance('LIMIT_NAMES', '10/60'),
    contacts: allowance('LIMIT_CONTACTS', '30/60'),
    signIns: allowance('LIMIT_SIGN_INS', '10/300'),
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

function parseAccess(text: string): Access {
  if (text === 'open' || text === 'invite' || text === 'closed') return text;
  throw new Error(`ACCESS must be open, invite or closed, not "${text}".`);
}

function parseTrust(text: string): Trust {
  if (/^\d$/.test(text)) return Number(text);
  const networks = text.split(/[\s,]+/).filter(Boolean);
  for (const network of networks) {
    if (!ipaddr.isValid(network) && !ipaddr.isValidCIDR(network)) {
      throw new Error(
        `TRUST_PROXY must be the number of proxies before the server, or list their networks such as 10.0.0.0/8, not "${text}".`,
      );
    }
  }
  return networks;
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
