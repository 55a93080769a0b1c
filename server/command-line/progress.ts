import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal';

/** Is called with how much of a total is done. */
type OnProgress = (done: number, total: number) => void;

/** Shows a progress bar on stderr while an operation runs; none unless stderr is a terminal. */
export async function withProgress<T>(
  { stderr }: Terminal,
  label: string,
  run: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  if (!stderr.isTTY) return run(() => {});
  const bar = new SingleBar({
    stream: stderr,
    format: `${label} {bar} {percentage} % | {value} of {total} | {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    // The command ends by itself when it is interrupted; see cli.ts.
    gracefulExit: false,
  });
  bar.start(0, 0);
  try {
    return await run((done, total) => {
      bar.setTotal(total);
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}
