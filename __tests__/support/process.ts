import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(__dirname, '..', '..', 'dist', 'main.js');
const COMMAND_LINE = join(__dirname, '..', '..', 'dist', 'cli.js');

/** A server in a process of its own. */
export interface ServerProcess {
  url: string;
  port: number;
  child: ChildProcess;
  /** The lines printed to stdout so far. */
  lines: string[];
  /** Sends a signal, and waits until the process exits. */
  end: (signal: NodeJS.Signals) => Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * Starts the built server, and waits until it has printed its address.
 * @param main the server's main file, of this build or of another.
 * @param errors what to do with its stderr; `ignore` for expected errors.
 */
export async function startProcess(
  env: Record<string, string>,
  main = MAIN,
  errors: 'inherit' | 'ignore' | 'pipe' = 'inherit',
  ...args: string[]
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, PORT: '0', LIMITS: 'off', ...env },
    stdio: ['ignore', 'pipe', errors],
  });
  const lines: string[] = [];
  const output = createInterface(child.stdout!).on('line', (line) => lines.push(line));
  const [line] = (await Promise.race([
    once(output, 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`The server ended with ${code}.`))),
  ])) as [string];
  const url = /http:\S+/.exec(line)![0];
  return {
    url,
    port: Number(new URL(url).port),
    child,
    lines,
    end: async (signal) => {
      const exited = once(child, 'exit');
      child.kill(signal);
      const [code, endedBy] = (await exited) as [number | null, NodeJS.Signals | null];
      return { code, signal: endedBy };
    },
  };
}

/** Runs the built server until it exits, for settings with which it can't start. Returns its exit code and stderr. */
export async function runToEnd(
  env: Record<string, string>,
  { main = MAIN, args = [], ...user }: { uid?: number; main?: string; args?: readonly string[] } = {},
): Promise<{ code: number | null; errors: string }> {
  const { code, stderr } = await endOf(
    spawn(process.execPath, [main, ...args], {
      ...user,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  return { code, errors: stderr };
}

/** How a process ended, and what it printed where that is piped. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Waits until a process has ended. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => (ended[name] += text));
  [ended.code] = (await once(child, 'close')) as [number | null];
  return ended;
}

/** Starts the built command-line program. @param env its settings. */
export function startCommand(env: Record<string, string>, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [COMMAND_LINE, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs the built command-line program. @param env its settings. @param input what it reads on stdin. */
export async function runCommand(
  env: Record<string, string>,
  args: readonly string[],
  input = '',
): Promise<Ended> {
  const child = startCommand(env, ...args);
  // It may end before it has read everything.
  child.stdin!.on('error', () => {});
  child.stdin!.end(input);
  return endOf(child);
}
