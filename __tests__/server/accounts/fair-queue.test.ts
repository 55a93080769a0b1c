import { FairQueue } from '../../../server/accounts/fair-queue';

/** A job that ends when the test says so. */
function createHeldJob(): { job: () => Promise<void>; end: () => void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { job: () => ended, end };
}

describe('a fair queue', () => {
  it('runs one job at a time, of each lane in turn', async () => {
    const queue = new FairQueue();
    const done: string[] = [];
    let running = 0;
    const add = (lane: string, i: number) =>
      queue.run(lane, async () => {
        expect((running += 1)).toBe(1);
        await Promise.resolve();
        running -= 1;
        done.push(`${lane}${i}`);
      });
    await Promise.all([
      add('a', 1),
      add('a', 2),
      add('a', 3),
      add('a', 4),
      add('b', 1),
      add('b', 2),
      add('c', 1),
    ]);
    expect(done).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('lets 8 jobs wait in a lane and 64 in all, and refuses the rest at once', async () => {
    const queue = new FairQueue();
    const { job, end } = createHeldJob();
    const all = [queue.run('first', job)];
    for (let lane = 0; lane < 8; lane += 1) {
      for (let i = 0; i < 8; i += 1) all.push(queue.run(`lane ${lane}`, job));
      await expect(queue.run(`lane ${lane}`, job)).rejects.toMatchObject({ status: 429, retryAfter: 5 });
    }
    await expect(queue.run('another', job)).rejects.toMatchObject({ status: 503, retryAfter: 10 });
    end();
    await Promise.all(all);
    await queue.run('another', job);
  });

  it('continues after a failed job', async () => {
    const queue = new FairQueue();
    const [failed, next] = [
      queue.run('a', () => Promise.reject(new Error('no'))),
      queue.run('a', async () => 1),
    ];
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe(1);
  });
});
