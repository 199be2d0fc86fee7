import { describeLoops, loopFaultOf, randomLoopCase, shrinkLoops } from "./checkLoops.js";
import { checkMath } from "./checkMath.js";
import { checkPasses } from "./checkPasses.js";
import { checkProgram, type Fault } from "./checkProgram.js";
import {
  describeCase,
  randomCase,
  shrinkCase,
  sourceFaultOf,
  type SourceCase,
} from "./checkSource.js";
import { checkSecondOrder } from "./checkSecondOrder.js";
import { printProgram } from "./programText.js";
import { randomProgram, type Program, type ProgramOptions } from "./randomProgram.js";
import { faultOf, shrinkProgram } from "./shrinkProgram.js";

/** One kind of random program and what is checked of it. */
export interface Family {
  readonly name: string;
  /** What the programs are made as. */
  readonly of: "graphs" | "sources";
  /** Of a hundred programs, how many are of this kind. */
  readonly share: number;
  /** Checks the program of a seed. @throws Error that shows the smallest program that fails alike */
  run(seed: number): void;
}

function graphs(
  name: string,
  share: number,
  options: ProgramOptions,
  check: (program: Program) => void,
): Family {
  return {
    name,
    of: "graphs",
    share,
    run: (seed) => {
      const program = randomProgram(seed, options);
      if (faultOf(program, check) === null) return;
      const smallest = shrinkProgram(program, check);
      throw failure(name, seed, faultOf(smallest, check), printProgram(smallest));
    },
  };
}

function sources(language: SourceCase["language"], share: number): Family {
  return {
    name: language,
    of: "sources",
    share,
    run: (seed) => {
      const given = randomCase(seed, language);
      if (given === null || sourceFaultOf(given) === null) return;
      const smallest = shrinkCase(given);
      throw failure(language, seed, sourceFaultOf(smallest), describeCase(smallest));
    },
  };
}

const loops: Family = {
  name: "loops",
  of: "sources",
  share: 14,
  run: (seed) => {
    const given = randomLoopCase(seed);
    if (given === null || loopFaultOf(given) === null) return;
    const smallest = shrinkLoops(given);
    throw failure("loops", seed, loopFaultOf(smallest), describeLoops(smallest));
  },
};

function failure(name: string, seed: number, fault: Fault | null, program: string): Error {
  const again = `npm run fuzz -- --family ${name} --seed ${seed} --runs 1`;
  return new Error(`${fault?.message}\n\n${program}\nReproduce: ${again}`);
}

export const families: readonly Family[] = [
  loops,
  graphs("tensors", 25, {}, checkProgram),
  graphs(
    "deadBranches",
    13,
    { deadBranches: true, operations: [2, 10], single: false },
    checkProgram,
  ),
  graphs("secondOrder", 8, { scalar: true, operations: [2, 7], single: false }, checkSecondOrder),
  graphs(
    "deadSecondOrder",
    4,
    { deadBranches: true, scalar: true, operations: [1, 4], single: false },
    checkSecondOrder,
  ),
  graphs("passes", 11, { single: false }, checkPasses),
  graphs("tensorMath", 8, { scalar: true, operations: [2, 8] }, checkMath),
  sources("typescript", 12),
  sources("math", 5),
];
