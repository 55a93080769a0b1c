import { join } from 'node:path';
import { readConfig } from '../../../server/config/config';

describe('the configuration', () => {
  it('has a default for every setting; an empty variable counts as not set', () => {
    expect(readConfig({ PORT: '' })).toEqual({
      port: 3000,
      host: 'localhost',
      publicUrl: undefined,
      tls: undefined,
      trustProxy: 0,
      access: 'open',
      limits: {
        messages: { points: 30, seconds: 10 },
        names: { points: 10, seconds: 60 },
        contacts: { points: 30, seconds: 60 },
        rooms: { points: 30, seconds: 60 },
        signIns: { points: 10, seconds: 300 },
        reads: { points: 600, seconds: 10 },
        refusals: { points: 60, seconds: 10 },
        connections: 100,
      },
      shutdownDelay: 0,
      database: { file: join(__dirname, '..', '..', '..', 'data', 'parley.db') },
      tail: 500,
      phoneRegion: 'RU',
      corsOrigins: [],
    });
  });

  it('reads every kind of setting', () => {
    const env = {
      PORT: '80',
      HOST: '::',
      PUBLIC_URL: 'https://chat.example/',
      TLS_CERT: '/etc/cert.pem',
      TLS_KEY: '/etc/key.pem',
      TRUST_PROXY: '10.0.0.0/8, 192.0.2.1',
      ACCESS: 'invite',
      LIMIT_MESSAGES: '5/2',
      LIMIT_CONNECTIONS: '7',
      DATABASE: '/srv/chat.db',
      SHUTDOWN_DELAY: '20',
      TAIL: '2000',
      PHONE_REGION: 'de',
      CORS_ORIGINS: 'https://a.example, http://b.example:8080',
    };
    expect(readConfig(env)).toEqual({
      port: 80,
      host: '::',
      publicUrl: 'https://chat.example',
      tls: { cert: '/etc/cert.pem', key: '/etc/key.pem' },
      trustProxy: ['10.0.0.0/8', '192.0.2.1'],
      access: 'invite',
      limits: {
        messages: { points: 5, seconds: 2 },
        names: { points: 10, seconds: 60 },
        contacts: { points: 30, seconds: 60 },
        rooms: { points: 30, seconds: 60 },
        signIns: { points: 10, seconds: 300 },
        reads: { points: 600, seconds: 10 },
        refusals: { points: 60, seconds: 10 },
        connections: 7,
      },
      shutdownDelay: 20,
      database: { file: '/srv/chat.db' },
      tail: 2000,
      phoneRegion: 'DE',
      corsOrigins: ['https://a.example', 'http://b.example:8080'],
    });
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '3e3'],
    ['PORT', '-1'],
    ['SHUTDOWN_DELAY', '601'],
    ['TAIL', '0'],
    ['TAIL', '20000'],
    ['PHONE_REGION', 'Russia'],
    ['CORS_ORIGINS', 'https://a.example/chat'],
    ['CORS_ORIGINS', '*'],
    ['ACCESS', 'private'],
    ['LIMITS', 'none'],
    ['LIMIT_MESSAGES', '30'],
    ['LIMIT_SIGN_INS', '0/10'],
    ['LIMIT_CONNECTIONS', '0'],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '12'],
    ['TRUST_PROXY', '1.2.3'],
    ['TRUST_PROXY', '10.0.0.0/40'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '::/0'],
    ['TRUST_PROXY', '0.0.0.0/00'],
    ['DATABASE', ':memory:'],
    ['PUBLIC_URL', 'chat.example.org'],
    ['PUBLIC_URL', 'https://chat.example.org/room'],
  ])('names a setting with a wrong value: %s=%s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      new RegExp(`^${name} must .*"${value.replace('*', '\\*')}"`),
    );
  });

  it.each([
    ['LIMIT_MESSAGE', 'LIMIT_MESSAGES'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['TRUSTPROXY', 'TRUST_PROXY'],
    ['limit_sign_ins', 'LIMIT_SIGN_INS'],
  ])('suggests the setting that %s resembles', (name, meant) => {
    expect(() => readConfig({ [name]: '1' })).toThrow(`${name} is not a setting. Did you mean ${meant}?`);
  });

  it('refuses an unknown limit, and ignores the variables of other programs', () => {
    expect(() => readConfig({ LIMIT_WORDS: '1' })).toThrow(
      /^LIMIT_WORDS is not a setting\. The limits are LIMIT_/,
    );
    expect(() => readConfig({ Path: '/bin', HOSTNAME: 'x', PORTS: '1', TLS_VERSION: '3' })).not.toThrow();
  });

  it('accepts a certificate only with its key, a number of proxies, and no limits at all', () => {
    expect(() => readConfig({ TLS_CERT: '/etc/cert.pem' })).toThrow('TLS_CERT and TLS_KEY belong together');
    expect(readConfig({ TRUST_PROXY: '2', LIMITS: 'off' })).toMatchObject({
      trustProxy: 2,
      limits: undefined,
    });
  });

  it('chooses PostgreSQL by its address', () => {
    const url = 'postgres://parley:secret@db.example/parley';
    expect(readConfig({ DATABASE_URL: url }).database).toEqual({
      url,
      listenUrl: url,
      pool: 10,
      commitsByRoom: false,
      statementTimeout: 10_000,
      natsUrl: undefined,
    });
    const env = {
      DATABASE_URL: url,
      DATABASE_LISTEN_URL: 'postgresql://direct.example/parley',
      DATABASE_POOL: '4',
      DATABASE_BATCHES: 'room',
      DATABASE_TIMEOUT: '3',
      NATS_URL: 'nats://nats.example',
    };
    expect(readConfig(env).database).toEqual({
      url,
      listenUrl: 'postgresql://direct.example/parley',
      pool: 4,
      commitsByRoom: true,
      statementTimeout: 3_000,
      natsUrl: 'nats://nats.example',
    });
  });

  it.each(['DATABASE_URL', 'DATABASE_LISTEN_URL', 'NATS_URL'])(
    'does not quote a wrong address, which may hold a password: %s',
    (name) => {
      expect(() =>
        readConfig({ DATABASE_URL: 'postgres://db.example/', [name]: 'mysql://me:secret@x' }),
      ).toThrow(new RegExp(`^${name} must be an address such as [^"]*\\.$`));
    },
  );

  it('refuses the address of a database as its path, and does not quote it', () => {
    expect(() => readConfig({ DATABASE: 'postgres://me:secret@x/parley' })).toThrow(
      'DATABASE must be the path of a file: the address of a PostgreSQL database belongs in DATABASE_URL.',
    );
  });

  it.each(['DATABASE_LISTEN_URL', 'NATS_URL'])('refuses %s without PostgreSQL', (name) => {
    const url = name === 'NATS_URL' ? 'nats://x' : 'postgres://x';
    expect(() => readConfig({ [name]: url })).toThrow(`${name} needs DATABASE_URL.`);
  });

  it('names everything that is wrong at once', () => {
    const environment = { PORT: 'http', CORS_ORIGIN: 'x', TAIL: '0', TRUST_PROXY: '10.0.0.0/8 yes no' };
    const mistakes =
      /^CORS_ORIGIN is .*\nPORT must .*\nTRUST_PROXY must .*"yes"\.\nTRUST_PROXY must .*"no"\.\nTAIL must .*$/;
    expect(() => readConfig(environment)).toThrow(mistakes);
  });
});
