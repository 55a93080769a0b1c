import { readConfig } from '../../server/config';

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(readConfig({ PORT: '' })).toEqual({
      port: 3000,
      host: 'localhost',
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
      DATABASE: '/srv/chat.db',
      TAIL: '2000',
      PHONE_REGION: 'de',
      CORS_ORIGINS: 'https://a.example, http://b.example:8080',
    };
    expect(readConfig(env)).toEqual({
      port: 80,
      host: '::',
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
  ])('names the setting that is wrong: %s=%s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      new RegExp(`^${name} must .*"${value.replace('*', '\\*')}"`),
    );
  });
});
