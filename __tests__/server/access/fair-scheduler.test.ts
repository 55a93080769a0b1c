import { FairScheduler } from '../../../server/access/fair-scheduler';

/** Keeps the processor busy for so many ms. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a turn', () => {
  it('goes to the address that has used the least, however many wait before it', async () => {
    const turns = new FairScheduler();
    const order: string[] = [];
    const read = async (address: string, ms: number): Promise<void> => {
      await turns.wait(address);
      order.push(address);
      work(ms);
    };
    void turns.wait('somebody');
    // Each is served once, and has asked again when the other one comes.
    const greedy = ['a', 'b', 'c'].flatMap((address) => [read(address, 10), read(address, 10)]);
    await Promise.all([greedy[0], greedy[2], greedy[4]]);
    await Promise.all([...greedy, read('other', 1)]);
    expect(order.slice(0, 4)).toEqual(['a', 'b', 'c', 'other']);
    expect(order.slice(4).sort()).toEqual(['a', 'b', 'c']);
  });
});
