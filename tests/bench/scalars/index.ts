import type { Entrant } from "../contender.js";
import { eachInTurn } from "../harness.js";
import { scalarPeers } from "../peers.js";
import { race } from "../race.js";
import { neuronAsInTheLecture, neuronTuned, stagedAsInTheLecture, stagedTuned } from "./byHand.js";
import { code, generated } from "./numbers.js";
import { problem, type ScalarProblem } from "./problem.js";
import { rosenbrockAgain, rosenbrockEntrants } from "./rosenbrock.js";
import { neuronSymbolic, stagedSymbolic } from "./symbolic.js";

const rounds = { rounds: 101, roundSeconds: 0.002 };

interface Texts {
  readonly tuned: string;
  readonly asInTheLecture: string;
  readonly symbolic: string;
}

const staged = {
  tuned: stagedTuned,
  asInTheLecture: stagedAsInTheLecture,
  symbolic: stagedSymbolic,
};
const neuron = {
  tuned: neuronTuned,
  asInTheLecture: neuronAsInTheLecture,
  symbolic: neuronSymbolic,
};
const variables = Array.from({ length: 100 }, (_, i) => `x${i}`);

const races: readonly {
  readonly problem: ScalarProblem;
  readonly entrants: readonly Entrant<ScalarProblem>[];
  readonly again: Entrant<ScalarProblem>;
}[] = [
  {
    problem: problem("quotient", "Staged quotient", ["x", "y"], 1024),
    entrants: entrantsOf(staged),
    again: code("by hand, tuned, once more", () => staged.tuned),
  },
  {
    problem: problem("neuron", "Sigmoid neuron", ["w0", "x0", "w1", "x1", "w2"], 1024),
    entrants: entrantsOf(neuron),
    again: code("by hand, tuned, once more", () => neuron.tuned),
  },
  {
    problem: problem("rosenbrock", "Rosenbrock function of 100 variables", variables, 16),
    entrants: rosenbrockEntrants,
    again: rosenbrockAgain,
  },
];

function entrantsOf({ asInTheLecture, symbolic, tuned }: Texts): readonly Entrant<ScalarProblem>[] {
  return [
    code("by hand, tuned", () => tuned),
    code("flatgrad", () => generated(2)),
    code("flatgrad -O0", () => generated(0)),
    code("by hand, as in the lecture", () => asInTheLecture),
    code("symbolic formulas", () => symbolic),
  ];
}

/** Gradients of functions of numbers, in f64. */
export async function benchScalars(): Promise<void> {
  const peers = await scalarPeers();
  await eachInTurn(races, ({ again, entrants, problem: solved }) =>
    race({
      title: solved.title,
      problem: solved,
      entrants: [...entrants, ...peers, again],
      rounds,
      tolerance: 1e-9,
    }),
  );
}
