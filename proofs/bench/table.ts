/** The figures of one candidate in one round, by name. */
export type Figures = Record<string, number>;

/** The figures of a case: for each candidate, one set for each round. */
export interface Result {
  title: string;
  rows: { name: string; rounds: Figures[] }[];
}

/** A column of a table. */
export interface Column {
  title: string;
  figure: string;
  /** Decimal places; 0 by default. */
  places?: number;
  /** The divisor of figures; 1 by default. */
  unit?: number;
  /** Adds a column with the ratio to the figure of this candidate in the same round. */
  against?: string;
}

const median = (list: readonly number[]): number => {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
};

/** The decimal places of a ratio. */
const RATIO_PLACES = 2;

/** Formats the median and, where they differ, the minimum and maximum. */
function formatSpread(list: readonly number[], places: number): string {
  const format = (value: number): string => value.toFixed(places);
  const [min, max] = [format(Math.min(...list)), format(Math.max(...list))];
  return min === max ? min : `${format(median(list))} (${min}–${max})`;
}

/** Measures candidates in turns, so that a slowdown of the machine affects all of them. */
export async function measureInTurns(
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

/** Formats a table in Markdown, with the median, minimum and maximum of each figure and ratio. */
export function formatTable({ title, rows }: Result, columns: readonly Column[]): string {
  const heads = [
    '',
    ...columns.flatMap(({ title: head, against }) => (against ? [head, `of ${against}`] : [head])),
  ];
  const figuresOf = (name: string, figure: string): number[] =>
    rows.find((row) => row.name === name)?.rounds.map((round) => round[figure]!) ?? [];
  const cells = rows.map(({ name }) => [
    name,
    ...columns.flatMap(({ figure, places = 0, unit = 1, against }) => {
      const all = figuresOf(name, figure);
      const scaled = all.map((value) => value / unit);
      if (against === undefined) return [formatSpread(scaled, places)];
      const baseline = figuresOf(against, figure);
      const ratios = all.map((value, i) => value / baseline[i]!);
      return [formatSpread(scaled, places), formatSpread(ratios, RATIO_PLACES)];
    }),
  ]);
  const formatRow = (row: string[]): string => `| ${row.join(' | ')} |`;
  return [
    `### ${title}`,
    '',
    formatRow(heads),
    formatRow(heads.map(() => '-')),
    ...cells.map(formatRow),
  ].join('\n');
}
