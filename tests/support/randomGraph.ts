import fc from "fast-check";
import type { Graph } from "../../compiler/ir/graph.js";
import { printGraph } from "../../compiler/ir/print.js";
import { renamed, type Node } from "../../compiler/ir/node.js";
import { broadcastShapes, isFloat, type DType } from "../../compiler/ir/type.js";
import * as arithmetic from "../../compiler/ops/arithmetic.js";
import * as elementwise from "../../compiler/ops/elementwise.js";
import { constant, input } from "../../compiler/ops/leaf.js";
import { logSumExp, softmax } from "../../compiler/ops/losses.js";
import { matmul } from "../../compiler/ops/matrix.js";
import { max, mean, sum } from "../../compiler/ops/reduce.js";
import {
  broadcastTo,
  concat,
  reshape,
  slice,
  swapLast,
  transpose,
} from "../../compiler/ops/shape.js";
import type { Sizes } from "./values.js";

/** One step of a random program: which operation, on which of the values so far. */
interface Step {
  readonly kind: number;
  readonly operands: readonly [number, number, number];
  readonly choice: number;
  readonly named: boolean;
}

export interface RandomGraphOptions {
  /** Dtypes of the tensor inputs; f64 if absent. */
  readonly dtypes?: readonly DType[];
  /** One scalar output `value` that depends on every value without users. */
  readonly scalar?: boolean;
  readonly maxSteps?: number;
}

/** The sizes that random graphs are evaluated with. */
export const randomSizes: Sizes = { N: 2 };

/**
 * Random well-typed graphs over inputs x [N, 3], w [3, 3], v [3] and a scalar
 * s: elementwise operations, broadcasts, reductions, matrix products, moves of
 * elements and choices, with values used many times.
 */
export function randomGraph({
  dtypes = ["f64"],
  scalar = false,
  maxSteps = 12,
}: RandomGraphOptions = {}): fc.Arbitrary<Graph> {
  const index = fc.nat(1000);
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.nat(steps.length - 1),
    operands: fc.tuple(index, index, index),
    choice: index,
    named: fc.boolean(),
  });
  return fc
    .record({
      dtypes: fc.tuple(...[0, 1, 2].map(() => fc.constantFrom<DType>(...dtypes))),
      program: fc.array(step, { minLength: 1, maxLength: maxSteps }),
    })
    .map(({ dtypes: [dx = "f64", dw = "f64", dv = "f64"], program }) => {
      const inputs = [
        input("x", { dtype: dx, shape: ["N", 3] }),
        input("w", { dtype: dw, shape: [3, 3] }),
        input("v", { dtype: dv, shape: [3] }),
        input("s", { dtype: "f64", shape: [] }),
      ];
      return build(inputs, program, scalar);
    });
}

function build(inputs: readonly Node[], program: readonly Step[], scalar: boolean): Graph {
  const pool = [...inputs];
  program.forEach((step, i) => {
    const make = pick(steps, step.kind);
    const made = make(new Draw(pool, step));
    if (pool.includes(made)) return;
    pool.push(step.named ? renamed(made, `n${i}`) : made);
  });
  const used = new Set(pool.flatMap((node) => node.inputs));
  const ends = pool.filter((node) => !used.has(node) && !inputs.includes(node));
  const results = ends.length > 0 ? ends : [pick(pool, pool.length - 1)];
  const outputs = scalar
    ? [{ name: "value", node: total(results) }]
    : results.map((node, i) => ({ name: `y${i}`, node }));
  return readable({ name: "f", inputs, outputs });
}

/** The graph, which fast-check prints as textual IR. */
function readable(graph: Graph): Graph {
  return Object.assign(graph, {
    [fc.toStringMethod]: () => `\n${printGraph(graph)}`,
  });
}

function total(nodes: readonly Node[]): Node {
  return nodes.map((node) => mean(node)).reduce((a, b) => arithmetic.add(a, b));
}

function pick<T>(list: readonly T[], i: number): T {
  const item = list[i % list.length];
  if (item === undefined) throw new Error("there is nothing to choose from");
  return item;
}

/** The choices of one step. */
class Draw {
  constructor(
    readonly pool: readonly Node[],
    readonly step: Step,
  ) {}

  /** A value so far that fits, if there is one. */
  operand(i: 0 | 1 | 2, fits: (node: Node) => boolean = () => true) {
    const candidates = this.pool.filter(fits);
    return candidates.length === 0 ? undefined : pick(candidates, this.step.operands[i]);
  }

  any(i: 0 | 1 | 2 = 0): Node {
    return pick(this.pool, this.step.operands[i]);
  }

  /** A value that broadcasts with another. */
  partner(i: 0 | 1 | 2, node: Node): Node {
    const fits = (other: Node) => broadcastShapes(other.type.shape, node.type.shape) !== undefined;
    return this.operand(i, fits) ?? node;
  }

  choose<T>(list: readonly T[]): T {
    return pick(list, this.step.choice);
  }
}

const { add, sub, mul, div, neg, where, greater, pow } = arithmetic;
const { abs, exp, maximum, minimum, relu, sigmoid, sin, softplus, tanh } = elementwise;

const steps: readonly ((draw: Draw) => Node)[] = [
  (draw) => draw.choose([neg, abs, relu, sigmoid, sin, softplus, tanh])(draw.any()),
  (draw) => exp(tanh(draw.any())),
  (draw) => {
    const a = draw.any();
    return draw.choose([add, sub, mul, maximum, minimum])(a, draw.partner(1, a));
  },
  (draw) => {
    const a = draw.any();
    return div(a, add(constant(1), abs(draw.partner(1, a))));
  },
  (draw) => {
    const c = constant(draw.choose([0, -0, 1, -1, 2, 0.5, 3]));
    return draw.step.operands[1] % 2 === 0
      ? pick([add, sub, mul], draw.step.operands[2])(draw.any(), c)
      : pick([add, sub, mul], draw.step.operands[2])(c, draw.any());
  },
  (draw) => pow(draw.any(), constant(draw.choose([0, 1, 2]))),
  (draw) => {
    const x = draw.any();
    const axes = x.type.shape
      .map((_, axis) => axis)
      .filter((axis) => (draw.step.operands[1] >> axis) % 2 === 0);
    const keepDims = draw.step.operands[2] % 2 === 0;
    return draw.choose([sum, max, mean])(x, { axes, keepDims });
  },
  (draw) => {
    const matrix = (node: Node) => node.type.shape.length === 2;
    const a = draw.operand(0, matrix) ?? draw.any();
    const inner = a.type.shape.at(-1);
    const b = draw.operand(
      1,
      (node) =>
        (node.type.shape.length === 2 && node.type.shape[0] === inner) ||
        (node.type.shape.length === 1 && node.type.shape[0] === inner),
    );
    return matrix(a) && b !== undefined ? scaled(matmul(a, b)) : tanh(a);
  },
  (draw) => {
    const x = draw.any();
    return x.type.shape.length < 2 ? neg(x) : swapLast(x);
  },
  (draw) => transpose(draw.any()),
  (draw) => {
    const x = draw.any();
    const axis = draw.step.choice % (x.type.shape.length + 1);
    return x.type.shape.length < 3
      ? reshape(x, x.type.shape.toSpliced(axis, 0, 1))
      : sum(x, { axes: [0] });
  },
  (draw) => {
    const x = draw.any();
    return x.type.shape.length < 3 ? broadcastTo(x, [2, ...x.type.shape]) : mean(x, { axes: [0] });
  },
  (draw) => {
    const x = draw.operand(0, (node) => node.type.shape.at(-1) === 3);
    if (x === undefined) return draw.any();
    const zeros = x.type.shape.map(() => 0);
    const last = zeros.length - 1;
    return slice(x, {
      start: zeros.with(last, 1),
      length: x.type.shape.with(last, 2),
      step: zeros.map(() => 1),
    });
  },
  (draw) => {
    const x = draw.operand(0, (node) => node.type.shape.length > 0);
    return x === undefined ? draw.any() : concat([x, neg(x)], 0);
  },
  (draw) => {
    const a = draw.any();
    const b = draw.partner(1, a);
    return where(greater(a, b), sin(a), mul(b, constant(2)));
  },
  (draw) => {
    const x = draw.operand(0, (node) => node.type.shape.length > 0 && isFloat(node.type.dtype));
    if (x === undefined) return draw.any();
    const last = x.type.shape.length - 1;
    return draw.choose([true, false]) ? softmax(x, last) : logSumExp(x, [last]);
  },
];

/** Products of products must not grow without bound. */
function scaled(x: Node): Node {
  return tanh(x);
}
