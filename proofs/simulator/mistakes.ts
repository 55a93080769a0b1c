import type { Mistake } from './mistaken';

/** Mistakes that a log of this kind is prone to; two were made in earlier versions. */
export const MISTAKES: readonly Mistake[] = [
  {
    name: 'leaves it to the store to announce a commit that failed to answer',
    breaks: ['I8'],
    patches: [
      {
        file: 'log/append-queue.ts',
        from: 'batch.forEach(({ resolve, reject }, i) => {',
        to: 'this.ringBells(batch);\n$&',
      },
      { file: 'log/append-queue.ts', from: '      this.ringBells(batch);\n    }\n  }', to: '    }\n  }' },
    ],
  },
  {
    name: 'hands out what it knew before a deletion until the room is read again',
    breaks: ['I7'],
    patches: [{ file: 'log/tail.ts', from: 'this.fresh < this.deletion || ', to: '' }],
  },
  {
    name: 'keeps the deleted text when it reads on',
    breaks: ['I7'],
    patches: [{ file: 'log/slice.ts', from: '...withoutErased(entries, next.entries)', to: '...entries' }],
  },
  {
    name: 'hands on news with the heartbeat',
    breaks: ['I4'],
    patches: [
      {
        file: 'log/follower.ts',
        from: "return step?.type !== 'page' || step.entries.length > 0 || this.deliver(step, this.position);",
        to: 'return !step || this.deliver(step, this.position);',
      },
    ],
  },
  {
    name: 'takes a page that ended at the head for what comes after it, later on',
    breaks: ['I8'],
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
    name: 'cuts a page one short of where its cursor is',
    breaks: ['I4', 'I8'],
    patches: [
      {
        file: 'log/page.ts',
        from: 'seq + entries.length, entries',
        to: 'seq + entries.length + (entries.length < slice.entries.length ? 1 : 0), entries',
      },
    ],
  },
  {
    name: 'answers the writers of one commit in another order',
    breaks: ['I3'],
    patches: [{ file: 'log/append-queue.ts', from: 'results[i]!', to: 'results[results.length - 1 - i]!' }],
  },
  {
    name: 'does not wait for a reader that stalls',
    breaks: ['I9', 'reader'],
    patches: [
      {
        file: 'log/follower.ts',
        from: 'if (this.writing && !(await this.writing)) return this.stop();\n        //',
        to: '//',
      },
    ],
  },
];
