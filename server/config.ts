import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max';

/** What an operator can set; the README's table says the same. */
export interface Config {
  /** Where to listen; 0 lets the system choose a free port. */
  port: number;
  host: string;
  /** The SQLite file; made, with its folder, if missing. */
  database: string;
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
    port: read('PORT', '3000', parsePort),
    host: read('HOST', 'localhost', String),
    database: read('DATABASE', 'data/parley.db', String),
    phoneRegion: read('PHONE_REGION', 'RU', parseRegion),
    corsOrigins: read('CORS_ORIGINS', '', parseOrigins),
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) {
    throw new Error(`PORT must be a number from 0 to 65535, not "${text}".`);
  }
  return port;
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
