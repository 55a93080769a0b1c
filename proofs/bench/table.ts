/** One figure of one candidate in one round. */
export type Figures = Record<string, number>;

/** What was measured in a case: for each candidate, its rounds. */
export interface Result {
  title: string;
  rows: { name: string; rounds: Figures[] }[];
}

/** How a column is printed. */
export interface Column {
  title: string;
  figure: string;
  /** Decimal places; 0 without this. */
  places?: number;
  /** What one unit of the table is worth. */
  unit?: number;
  /** Prints how often the figure goes into that of this candidate, or that into it, beside it. */
  against?: string;
}

export const median = (list: number[]): number => {
  const inOrder = [...list].sort((a, b) => a - b);
  const middle = (inOrder.length - 1) / 2;
  return (inOrder[Math.floor(middle)]! + inOrder[Math.ceil(middle)]!) / 2;
};

/** Measures candidates by turns, so that a machine that slows down slows all of them down. */
export async function byTurns(
  title: string,
  rounds: number,
  candidates: readonly { name: string; run: () => Promise<Figures> }[],
): Promise<Result> {
  const rows = candidates.map(({ name }) => ({ name, rounds: [] as Figures[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, { name, run }] of candidates.entries()) {
      process.stderr.write(`${title}: ${name}, ${round + 1} of ${rounds}\n`);
      rows[i]!.rounds.push(await run());
    }
  }
  return { title, rows };
}

/** A table in Markdown: the median of each figure, its least and most, and its ratio to another candidate's. */
export function table({ title, rows }: Result, columns: readonly Column[]): string {
  const heads = [
    '',
    ...columns.flatMap(({ title: head, against }) => (against ? [head, `of ${against}`] : [head])),
  ];
  const of = (name: string, figure: string): number[] =>
    rows.find((row) => row.name === name)?.rounds.map((round) => round[figure]!) ?? [];
  const lines = rows.map(({ name }) => [
    name,
    ...columns.flatMap(({ figure, places = 0, unit = 1, against }) => {
      const all = of(name, figure);
      const shown = (value: number): string => (value / unit).toFixed(places);
      const [least, most] = [shown(Math.min(...all)), shown(Math.max(...all))];
      const cell = least === most ? shown(median(all)) : `${shown(median(all))} (${least}–${most})`;
      return against ? [cell, (median(all) / median(of(against, figure))).toFixed(2)] : [cell];
    }),
  ]);
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [`### ${title}`, '', line(heads), line(heads.map(() => '-')), ...lines.map(line)].join('\n');
}
