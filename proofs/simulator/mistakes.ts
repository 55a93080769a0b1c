import type { Mistake } from './mistaken-log';

/** Mistakes that are easily made in such a log; two of them were. */
export const MISTAKES: readonly Mistake[] = [
  {
    name: 'does not ring the bells after a commit with an unknown outcome',
    violates: ['I8'],
    patches: [
      {
        file: 'log/append-queue.ts',
        from: 'batch.forEach(({ resolve, reject }, i) => {',
        to: 'this.ringBells(batch);\nbatch.forEach(({ resolve, reject }, i) => {',
      },
      { file: 'log/append-queue.ts', from: '      this.ringBells(batch);\n    }\n  }', to: '    }\n  }' },
    ],
  },
  {
    name: 'serves cached entries after a deletion, until the room is read again',
    violates: ['I7'],
    patches: [{ file: 'log/tail.ts', from: 'this.freshUpTo < this.deletedAt || ', to: '' }],
  },
  {
    name: 'keeps deleted text in the cache when it reads on',
    violates: ['I7'],
    patches: [{ file: 'log/slice.ts', from: '...withoutErased(entries, next.entries)', to: '...entries' }],
  },
  {
    name: 'delivers entries with the heartbeat, without advancing the position',
    violates: ['I4'],
    patches: [
      {
        file: 'log/follower.ts',
        from: "return step?.type !== 'page' || step.entries.length > 0 || this.deliver(step, this.position);",
        to: 'return !step || this.deliver(step, this.position);',
      },
    ],
  },
  {
    name: 'serves a cached page that ended at the head after the room has grown',
    violates: ['I8'],
    patches: [
      {
        file: 'log/tail.ts',
        from: 'seq < this.slice.head ? this.distantPages',
        to: 'seq <= this.slice.head ? this.distantPages',
      },
      { file: 'log/page-cache.ts', from: " && page.type === 'page' && page.more", to: '' },
    ],
  },
  {
    name: 'returns a cursor one entry past the end of a shortened page',
    violates: ['I4', 'I8'],
    patches: [
      {
        file: 'log/page.ts',
        from: 'seq + entries.length, entries',
        to: 'seq + entries.length + (entries.length < slice.entries.length ? 1 : 0), entries',
      },
    ],
  },
  {
    name: 'acknowledges the writers of a batch in reverse order',
    violates: ['I3'],
    patches: [{ file: 'log/append-queue.ts', from: 'results[i]!', to: 'results[results.length - 1 - i]!' }],
  },
  {
    name: 'does not wait for a reader that stalls',
    violates: ['I9', 'reader'],
    patches: [
      {
        file: 'log/follower.ts',
        from: 'if (this.writing) {',
        to: 'if (this.writing && this.isStopped) {',
      },
    ],
  },
];
