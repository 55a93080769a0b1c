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
    patches: [
      {
        file: 'log/slice.ts',
        from: '...withoutErased(extended.entries, next.entries)',
        to: '...extended.entries',
      },
    ],
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
        from: 'const isDistant = epoch === this.slice.epoch && seq < this.slice.head;',
        to: 'const isDistant = epoch === this.slice.epoch && seq <= this.slice.head;',
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
    name: 'resumes at the seq of a cursor whatever its hash',
    violates: ['I4'],
    patches: [
      {
        file: 'log/slice.ts',
        from: 'return hash !== undefined && hash !== hashAt(room, slice, seq);',
        to: 'return false;',
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
  {
    name: 'never sweeps',
    violates: ['I8'],
    patches: [{ file: 'log/sweep.ts', from: 'void this.run()', to: 'undefined' }],
  },
  {
    name: 'answers whoever asks from a cache that another node has made stale',
    violates: ['I7'],
    patches: [
      { file: 'log/tail.ts', from: 'Math.max(this.rungAt, since)', to: 'this.rungAt' },
      { file: 'log/tail.ts', from: 'if (this.freshUpTo < since) return false;', to: '' },
    ],
  },
  {
    name: 'does not wake those who wait when someone who asks has read more',
    violates: ['I8'],
    patches: [{ file: 'log/followers.ts', from: ' || this.tail.news !== this.deliveredNews', to: '' }],
  },
  {
    name: "broadcasts the node's own writes from memory",
    violates: ['I4', 'I5'],
    patches: [
      {
        file: 'log/append-queue.ts',
        from: "if (typeof result === 'object') resolve(result);",
        to: "if (typeof result === 'object') { (this as any).broadcast(result.entry); resolve(result); }",
      },
      {
        file: 'log/log.ts',
        from: 'store.onCommit(',
        to: '(this.appends as any).broadcast = (entry: any) => (this.rooms.get(entry.room) as any)?.broadcast(entry);\nstore.onCommit(',
      },
      {
        file: 'log/followers.ts',
        from: 'add(follower: Follower): void {',
        to: 'broadcast(entry: any) { for (const follower of this.waiting) (follower as any).broadcast(entry); }\nadd(follower: Follower): void {',
      },
      {
        file: 'log/follower.ts',
        from: 'keepAlive(): boolean {',
        to: `broadcast(entry: any) {
          const position = { epoch: this.position.epoch, seq: entry.seq };
          this.deliver({ type: 'page', entries: [entry], cursor: entry.cursor } as any, position);
        }
        keepAlive(): boolean {`,
      },
    ],
  },
];
