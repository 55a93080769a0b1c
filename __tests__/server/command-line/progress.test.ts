import { Readable, Writable } from 'node:stream';
import { withProgress } from '../../../server/command-line/progress';
import type { Output } from '../../../server/command-line/terminal';

/** Runs an operation of 200 steps, and returns its result and what it printed on stderr. */
async function run(isTTY: boolean): Promise<{ result: string; printed: string }> {
  let printed = '';
  const write = (chunk: Buffer, _encoding: string, done: () => void) => ((printed += String(chunk)), done());
  const stderr: Output = Object.assign(new Writable({ write }), { isTTY });
  const terminal = {
    environment: {},
    stdin: Readable.from([]),
    stdout: stderr,
    stderr,
    interrupted: new AbortController().signal,
  };
  const result = await withProgress(terminal, 'Copying pages', async (onProgress) => {
    for (let i = 1; i <= 200; i += 1) onProgress(i, 200);
    return 'done';
  });
  return { result, printed };
}

describe('the progress of a command', () => {
  it('is a bar on a terminal, which is cleared at the end', async () => {
    const { result, printed } = await run(true);
    expect(result).toBe('done');
    expect(printed).toMatch(/Copying pages .*100 % \| 200 of 200/);
    expect(printed).toMatch(/\x1b\[2K$/);
  });

  it('is not shown where it would end up in a file', async () => {
    expect(await run(false)).toEqual({ result: 'done', printed: '' });
  });
});
