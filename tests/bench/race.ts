import { expectSame, Unable, type Contender, type Entrant } from "./contender.js";
import { compare, eachInTurn, type Measured, type Rounds } from "./harness.js";
import { duration, printTable } from "./table.js";

/** A column of a table beside the names, the times and the speeds. */
export interface Column {
  readonly head: string;
  readonly cell: (measured: Measured) => string;
}

export interface Race<Problem> {
  readonly title: string;
  readonly problem: Problem;
  /** The first is the one the others are judged by and compared with. */
  readonly entrants: readonly Entrant<Problem>[];
  readonly rounds: Rounds;
  /** How far gradients may be apart, relative to the largest element. */
  readonly tolerance: number;
  readonly columns?: readonly Column[];
}

/** Lets contenders solve a problem, checks that they agree, times them in turns, and prints a table. */
export async function race<Problem>({
  columns = [],
  entrants,
  problem,
  rounds,
  title,
  tolerance,
}: Race<Problem>): Promise<void> {
  const { contenders, missing } = await enter(problem, entrants);
  for (const { gradient, name } of contenders)
    expectSame(name, gradient, contenders[0]!.gradient, tolerance);
  const measured = await compare(contenders, rounds);
  for (const { end } of contenders) end?.();
  printTable(
    title,
    ["value and gradient", "one call", ...columns.map(({ head }) => head), "speed"],
    measured.map((row) => [
      row.name,
      duration(row.seconds),
      ...columns.map(({ cell }) => cell(row)),
      row.speed.toPrecision(3),
    ]),
  );
  if (missing.length > 0) console.log(`\n${missing.map((why) => `Missing: ${why}.`).join("\n")}`);
}

async function enter<Problem>(
  problem: Problem,
  entrants: readonly Entrant<Problem>[],
): Promise<{ readonly contenders: readonly Contender[]; readonly missing: readonly string[] }> {
  const contenders: Contender[] = [];
  const missing: string[] = [];
  await eachInTurn(entrants, async (entrant) => {
    try {
      contenders.push(await entrant(problem));
    } catch (error) {
      if (!(error instanceof Unable)) throw error;
      missing.push(error.message);
    }
  });
  return { contenders, missing };
}
