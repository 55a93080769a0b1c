import { readConfig } from '../../server/config';

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(readConfig({ PORT: '' })).toEqual({
      port: 3000,
      host: 'localhost',
      tls: undefined,
      trustProxy: 0,
      access: 'open',
      limits: {
        messages: { points: 30, seconds: 10 },
        names: { points: 10, seconds: 60 },
        contacts: { points: 30, seconds: 60 },
        signIns: { points: 10, seconds: 300 },
        connections: 100,
      },
      database: 'data/parley.db',
      tail: 500,
      phoneRegion: 'RU',
      corsOrigins: [],
    });
  });

  it('reads what an operator sets', () => {
    const env = {
      PORT: '80',
      HOST: '::',
      TLS_CERT: '/etc/cert.pem',
      TLS_KEY: '/etc/key.pem',
      TRUST_PROXY: '10.0.0.0/8, 192.0.2.1',
      ACCESS: 'invite',
      LIMIT_MESSAGES: '5/2',
      LIMIT_CONNECTIONS: '7',
      DATABASE: '/srv/chat.db',
      TAIL: '2000',
      PHONE_REGION: 'de',
      CORS_ORIGINS: 'https://a.example, http://b.example:8080',
    };
    expect(readConfig(env)).toEqual({
      port: 80,
      host: '::',
      tls: { cert: '/etc/cert.pem', key: '/etc/key.pem' },
      trustProxy: ['10.0.0.0/8', '192.0.2.1'],
      access: 'invite',
      limits: {
        messages: { points: 5, seconds: 2 },
        names: { points: 10, seconds: 60 },
        contacts: { points: 30, seconds: 60 },
        signIns: { points: 10, seconds: 300 },
        connections: 7,
      },
      database: '/srv/chat.db',
      tail: 2000,
      phoneRegion: 'DE',
      corsOrigins: ['https://a.example', 'http://b.example:8080'],
    });
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '3e3'],
    ['PORT', '-1'],
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
  ])('names the setting that is wrong: %s=%s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      new RegExp(`^${name} must .*"${value.replace('*', '\\*')}"`),
    );
  });

  it('takes a certificate only with its key, a number of proxies, and no limits at all', () => {
    expect(() => readConfig({ TLS_CERT: '/etc/cert.pem' })).toThrow('TLS_CERT and TLS_KEY belong together');
    expect(readConfig({ TRUST_PROXY: '2', LIMITS: 'off' })).toMatchObject({
      trustProxy: 2,
      limits: undefined,
    });
  });
});
