import { InMemoryRateLimiter, type RateLimiter, consume } from '../../../server/access/rate-limiter';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const refusedAfter = (limit: RateLimiter, key: string): number => {
  for (let count = 0; ; count += 1) {
    try {
      consume(limit, key, 'tooManyReads');
    } catch (error) {
      expect(String(error)).toMatch(/^Refusal: You are sending too many requests\. Try again in \d+ s\.$/);
      return count;
    }
  }
};

describe('a rate limit', () => {
  it('gives each key its points, says when it has some again, and gives them then', () => {
    const limit = new InMemoryRateLimiter({ points: 3, seconds: 10 });
    expect(refusedAfter(limit, 'a')).toBe(3);
    expect(refusedAfter(limit, 'b')).toBe(3);
    jest.advanceTimersByTime(4_000);
    expect(limit.retryAfter('a')).toBe(6);
    jest.advanceTimersByTime(6_000);
    expect(limit.retryAfter('a')).toBe(0);
    expect(refusedAfter(limit, 'a')).toBe(3);
  });

  it('takes nothing for a use that is refused', () => {
    const limit = new InMemoryRateLimiter({ points: 1, seconds: 30 });
    expect(refusedAfter(limit, 'a')).toBe(1);
    jest.advanceTimersByTime(29_001);
    expect(refusedAfter(limit, 'a')).toBe(0);
    expect(limit.retryAfter('a')).toBe(1);
    jest.advanceTimersByTime(1_000);
    expect(limit.retryAfter('a')).toBe(0);
  });

  it('remembers 20,000 keys at most: the oldest is forgotten, and nobody else', () => {
    const limit = new InMemoryRateLimiter({ points: 1, seconds: 10 });
    for (let i = 0; i < 20_000; i += 1) limit.count(`visitor ${i}`);
    expect(limit.retryAfter('visitor 0')).toBe(10);
    for (let i = 0; i < 100_000; i += 1) limit.count(`stranger ${i}`);
    expect((limit as unknown as { windows: Map<string, object> }).windows.size).toBeLessThanOrEqual(20_000);
    expect(limit.retryAfter('visitor 0')).toBe(0);
    expect(limit.retryAfter('stranger 99999')).toBe(10);
  });

  it('forgets keys whose window has ended, as it is used', () => {
    const limit = new InMemoryRateLimiter({ points: 1, seconds: 10 });
    for (let i = 0; i < 10_000; i += 1) limit.count(`visitor ${i}`);
    jest.advanceTimersByTime(10_001);
    for (let i = 0; i < 10_000; i += 1) limit.count('somebody else');
    expect((limit as unknown as { windows: Map<string, object> }).windows.size).toBe(1);
  });
});
