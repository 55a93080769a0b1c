import { NO_BUS, PAYLOAD_BYTES_MAX } from '../../../server/access/bus';
import type { RateLimiter } from '../../../server/access/rate-limiter';
import { SharedRateLimiters } from '../../../server/access/shared-rate-limiters';
import { TestBus } from '../../support/bus';

const ALLOWANCE = { points: 100, seconds: 10 };

describe('rate limits on several nodes', () => {
  let bus: TestBus;
  let nodes: SharedRateLimiters[];
  let limiters: RateLimiter[];

  beforeEach(() => {
    jest.useFakeTimers();
    bus = new TestBus();
    nodes = Array.from({ length: 3 }, () => new SharedRateLimiters(bus.connect()));
    limiters = nodes.map((node) => node.create('reads', ALLOWANCE));
  });
  afterEach(() => {
    nodes.forEach((node) => node.close());
    jest.useRealTimers();
  });

  const exchange = () => jest.advanceTimersByTime(100);
  const isExhausted = (key: string) => limiters.map((limiter) => limiter.retryAfter(key) > 0);

  it('give one allowance to a key, whichever of them it uses', () => {
    for (let use = 0; use < 100; use += 1) {
      limiters[use % 3]!.count('a');
      if (use % 5 === 4) exchange();
    }
    expect(isExhausted('a')).toEqual([true, true, true]);
    expect(isExhausted('b')).toEqual([false, false, false]);
    jest.advanceTimersByTime(10_000);
    expect(isExhausted('a')).toEqual([false, false, false]);
  });

  it('give the whole allowance to a key that uses only one of them', () => {
    limiters[0]!.count('a', 99);
    exchange();
    expect(isExhausted('a')).toEqual([false, false, false]);
    limiters[0]!.count('a');
    exchange();
    expect(isExhausted('a')).toEqual([true, true, true]);
  });

  it('count each use once, and those of one limit apart from those of another', () => {
    const others = nodes.map((node) => node.create('messages', ALLOWANCE));
    for (const node of [0, 0, 1, 1]) {
      limiters[node]!.count('a', 24);
      exchange();
    }
    expect(limiters.map((limiter) => limiter.usage('a'))).toEqual([0.96, 0.96, 0.96]);
    expect(others.map((limiter) => limiter.usage('a'))).toEqual([0, 0, 0]);
  });

  it('announce nothing of a key that has used little, and of others many in one message', () => {
    for (let key = 0; key < 1_000; key += 1) limiters[0]!.count(`key ${key}`, 9);
    exchange();
    expect(bus.payloads).toEqual([]);
    for (let key = 0; key < 1_000; key += 1) limiters[0]!.count(`key ${key}`, 1);
    exchange();
    expect(limiters[1]!.usage('key 7')).toBe(0.1);
    expect(bus.payloads.length).toBeLessThan(5);
    expect(Math.max(...bus.payloads.map((payload) => Buffer.byteLength(payload)))).toBeLessThan(
      PAYLOAD_BYTES_MAX,
    );
    const payloads = new Set(bus.payloads);
    limiters[0]!.count('key 7', 5);
    exchange();
    limiters[0]!.count('key 7', 5);
    exchange();
    // The bus sends equal messages once.
    expect(bus.payloads.slice(payloads.size)).toHaveLength(2);
    expect(new Set(bus.payloads).size).toBe(bus.payloads.length);
  });

  it('ignore what is no use of a limit', () => {
    const peer = bus.connect();
    for (const line of [
      '',
      '{}',
      '["reads"]',
      '["reads","a","x"]',
      '["reads","a","-5"]',
      '["reads","a","1e99"]',
    ])
      peer.publish('limits', line);
    peer.publish('limits', '["none","a","100"]');
    expect(limiters[0]!.usage('a')).toBe(0);
    peer.publish('limits', '["reads","a","100"]');
    expect(limiters[0]!.usage('a')).toBe(1);
  });

  it('announce nothing where there is no other node', () => {
    const alone = new SharedRateLimiters(NO_BUS);
    const limiter = alone.create('reads', ALLOWANCE);
    limiter.count('a', 100);
    expect(jest.getTimerCount()).toBe(0);
    expect(limiter.retryAfter('a')).toBe(10);
  });
});
