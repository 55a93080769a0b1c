import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path: string) => readFileSync(join(__dirname, '..', '..', path), 'utf8');

describe('docs/scale.md', () => {
  it('calculates with the figures that README.md has from the benchmarks', () => {
    const readme = read('README.md');
    const scale = read('docs/scale.md');
    const idle = /An idle connection took ([\d.]+ KB) on `\/ws` and ([\d.]+ KB) on Socket\.IO/.exec(readme)!;
    const [webSocket, socketIo, sse] = ['Parley, `/ws`', 'Parley, Socket.IO', 'Parley, SSE'].map((name) => {
      const row = readme.split('\n').find((line) => line.startsWith(`| ${name} `))!;
      return `${row.split('|').at(-2)!.trim()} µs`;
    });
    expect(scale).toContain(`${idle[1]} on \`/ws\`, ${idle[2]} on Socket.IO`);
    expect(scale).toContain(`${webSocket} on \`/ws\`, ${socketIo} on Socket.IO, ${sse} on SSE`);
  });
});
