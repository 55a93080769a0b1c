import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max';

/** What an operator can set; the README's table says the same. */
export interface Config {
  /** Where to listen; 0 lets the system choose a free port. */
  port: number;
  host: string;
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
  const read = <T>(name: string, fallback: string, parse: (text: string) => T): T =>
    parse(env[name]?.trim() || fallback);
  return {
    port: read('PORT', '3000', parseNumber('PORT', 0, 65_535)),
    host: read('HOST', 'localhost', String),
    database: read('DATABASE', 'data/parley.db', String),
    tail: read('TAIL', '500', parseNumber('TAIL', 1, 10_000)),
    phoneRegion: read('PHONE_REGION', 'RU', parseRegion),
    corsOrigins: read('CORS_ORIGINS', '', parseOrigins),
  };
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
