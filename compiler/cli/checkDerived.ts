import type { Random } from "../../runtime/index.js";
import { leafNames } from "../derivedMatrices.js";
import type { Output } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import type { Callable, Leaf, Leaves, Sizes } from "../jit/callable.js";
import type { DerivedCallable } from "../jit/derived.js";
import { pathOf } from "../passes/differentiate.js";
import { drawLike, toArray, valueAt } from "./checkValues.js";

/** A derivative along a line through a point, and the function on that line. */
export interface Line {
  readonly parameter: string;
  readonly analytic: number;
  readonly along: (t: number) => number;
}

interface Point {
  readonly inputs: Leaves;
  readonly sizes: Sizes;
  readonly generator: Random;
}

/** What a derived function says of random directions at a point. */
export function linesOf(
  callable: Callable,
  derived: DerivedCallable,
  point: Point,
): readonly Line[] {
  const { name } = callable.compiled.model;
  const kind = derived.derived.model.name.slice(name.length);
  const lines = kinds[kind];
  if (lines === undefined) throw new Error(`${name}${kind} cannot be checked`);
  return lines(new Lines(callable, derived, point));
}

const kinds: Readonly<Record<string, (lines: Lines) => readonly Line[]>> = {
  Jvp: (lines) => lines.tangents(),
  Hvp: (lines) => lines.products(),
  Jacobian: (lines) => lines.jacobians(false),
  SparseJacobian: (lines) => lines.jacobians(true),
  Hessian: (lines) => lines.hessians(),
  SparseHessian: (lines) => lines.sparseHessian(),
};

class Lines {
  readonly #callable: Callable;
  readonly #derived: DerivedCallable;
  readonly #point: Point;

  constructor(callable: Callable, derived: DerivedCallable, point: Point) {
    this.#callable = callable;
    this.#derived = derived;
    this.#point = point;
  }

  /** `fJvp`: all results, as all parameters move. */
  tangents(): readonly Line[] {
    const velocity = this.#directions(this.#wrt);
    const weights = this.#weights(this.#results);
    const found = this.#derivedAt(velocity);
    const analytic = this.#results.reduce(
      (total, { name }) => total + dot(weights.get(name), found.get(`v${name}`)),
      0,
    );
    const parameter = this.#wrt.map(pathOf).join(", ");
    return [{ parameter, analytic, along: this.#valueAlong(velocity, weights) }];
  }

  /** `fHvp`: the gradient by each parameter, as all of them move. */
  products(): readonly Line[] {
    const velocity = this.#directions(this.#wrt);
    const found = this.#derivedAt(velocity);
    return this.#wrt.map((node) => {
      const weights = this.#draw(node);
      return {
        parameter: pathOf(node),
        analytic: dot(weights, found.get(`h${pathOf(node)}`)),
        along: this.#slopeAlong(velocity, node, weights),
      };
    });
  }

  /** `fJacobian`: each result, as each parameter moves. */
  jacobians(isSparse: boolean): readonly Line[] {
    const found = this.#derivedAt();
    return this.#results.flatMap((result) =>
      this.#wrt.map((node): Line => {
        const velocity = this.#directions([node]);
        const weights = this.#weights([result]);
        const leaf = leafNames.jacobian(result.name, node);
        const [u, v] = [weights.get(result.name), velocity.get(pathOf(node))];
        return {
          parameter: this.#results.length > 1 ? `${result.name} by ${pathOf(node)}` : pathOf(node),
          analytic: isSparse
            ? sparseProduct(u, found, leaf, v)
            : denseProduct(u, found.get(leaf), v),
          along: this.#valueAlong(velocity, weights),
        };
      }),
    );
  }

  /** `fHessian`: the gradient by each parameter, as each of them moves. */
  hessians(): readonly Line[] {
    const found = this.#derivedAt();
    return this.#wrt.flatMap((row, i) =>
      this.#wrt.map((column, j): Line => {
        const velocity = this.#directions([column]);
        const weights = this.#draw(row);
        const block = found.get(leafNames.hessian(i, j));
        return {
          parameter: `${pathOf(row)}, ${pathOf(column)}`,
          analytic: denseProduct(weights, block, velocity.get(pathOf(column))),
          along: this.#slopeAlong(velocity, row, weights),
        };
      }),
    );
  }

  sparseHessian(): readonly Line[] {
    const found = this.#derivedAt();
    return this.#wrt.map((node): Line => {
      const velocity = this.#directions([node]);
      const weights = this.#draw(node);
      const v = velocity.get(pathOf(node));
      return {
        parameter: pathOf(node),
        analytic: sparseProduct(weights, found, leafNames.sparseHessian, v),
        along: this.#slopeAlong(velocity, node, weights),
      };
    });
  }

  get #wrt(): readonly Node[] {
    return [...this.#callable.compiled.programs.wrt];
  }

  get #results(): readonly Output[] {
    const { outputs } = this.#callable.compiled.stages.graph;
    return outputs.filter(({ node }) => isFloat(node.type.dtype));
  }

  /** Results of the derived function, copied: the next call overwrites its arrays. */
  #derivedAt(tangents?: Leaves): Leaves {
    const { inputs, sizes } = this.#point;
    const found = this.#derived.call(inputs, sizes, tangents);
    return new Map(
      Array.from(found, ([name, leaf]) => [name, typeof leaf === "object" ? leaf.slice() : leaf]),
    );
  }

  #draw(node: Node): Leaf {
    return drawLike(node, this.#point.sizes, this.#point.generator);
  }

  #directions(nodes: readonly Node[]): Leaves {
    return new Map(nodes.map((node) => [pathOf(node), this.#draw(node)]));
  }

  #weights(results: readonly Output[]): Leaves {
    return new Map(results.map(({ name, node }) => [name, this.#draw(node)]));
  }

  #moved(velocity: Leaves, t: number): Leaves {
    const moved = new Map(this.#point.inputs);
    for (const [path, v] of velocity) {
      const speeds = toArray(v);
      const start = toArray(moved.get(path));
      const array = start.map((x, i) => x + t * (speeds[i] ?? NaN));
      moved.set(path, typeof v === "object" ? array : (array[0] ?? NaN));
    }
    return moved;
  }

  /** Σ ⟨result, weights⟩ on the line. */
  #valueAlong(velocity: Leaves, weights: Leaves): (t: number) => number {
    return (t) =>
      valueAt(this.#callable, this.#moved(velocity, t), this.#point.sizes, weights) ?? NaN;
  }

  /** ⟨gradient, weights⟩ on the line. */
  #slopeAlong(velocity: Leaves, node: Node, weights: Leaf): (t: number) => number {
    return (t) => {
      const { gradients } = this.#callable.gradient(this.#moved(velocity, t), this.#point.sizes);
      return dot(weights, gradients.get(pathOf(node)));
    };
  }
}

function dot(a: Leaf | undefined, b: Leaf | undefined): number {
  const other = toArray(b);
  return toArray(a).reduce((total, x, i) => total + x * (other[i] ?? NaN), 0);
}

/** uᵀ · matrix · v. */
function denseProduct(u: Leaf | undefined, matrix: Leaf | undefined, v: Leaf | undefined): number {
  const [rows, elements, columns] = [toArray(u), toArray(matrix), toArray(v)];
  return elements.reduce(
    (total, element, k) =>
      total +
      (rows[Math.floor(k / columns.length)] ?? NaN) *
        element *
        (columns[k % columns.length] ?? NaN),
    0,
  );
}

function sparseProduct(
  u: Leaf | undefined,
  found: Leaves,
  leaf: string,
  v: Leaf | undefined,
): number {
  const [rows, columns] = [toArray(u), toArray(v)];
  const [data, row, col] = ["data", "row", "col"].map((part) =>
    toArray(found.get(`${leaf}.${part}`)),
  );
  return (data ?? new Float64Array()).reduce(
    (total, element, k) =>
      total + (rows[row?.[k] ?? -1] ?? NaN) * element * (columns[col?.[k] ?? -1] ?? NaN),
    0,
  );
}
