import { CompileError } from "../diagnostic.js";
import { reachable } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import { numberAttr } from "../ops/define.js";
import { elementsOf, type Sizes } from "./elementPositions.js";
import { emptySet, unionOf, type IndexSet } from "./indexSet.js";
import { KnownValues } from "./knownValues.js";
import { ruleFor } from "./sparsityRules.js";

/** For each element of a value, in row-major order, the elements of x that it may move with. */
export type Sparsity = readonly IndexSet[];

/** Elements of one value that are looked at one by one. */
const MAX_ELEMENTS = 2 ** 20;

/**
 * The structure of the Jacobian of y by x: which elements of x each element of
 * y may depend on, by the operations between them. What is not among these has
 * derivative 0 at every point; of what is, nothing is said.
 *
 * @throws CompileError FG426 where a size between them is a name, or too large
 */
export function jacobianSparsity(y: Node, x: Node): Sparsity {
  return new Dependences(x).of(y);
}

/** What a rule may ask of the analysis. */
export interface SparsityContext {
  /** The structure of an operand; undefined where it does not depend on x. */
  structureOf(node: Node): Sparsity | undefined;
  /** The numbers of a value that depends on no input; undefined where they are not known. */
  knownOf(node: Node): readonly number[] | undefined;
  shapeOf(node: Node): Sizes;
}

class Dependences implements SparsityContext {
  readonly #known = new KnownValues();
  readonly #structures = new Map<Node, Sparsity | undefined>();

  constructor(x: Node) {
    const count = elementsOf(this.shapeOf(x));
    const own = Array.from({ length: count }, (_, i) => Int32Array.of(i));
    this.#structures.set(x, own);
  }

  of(y: Node): Sparsity {
    this.#visit(y);
    return this.structureOf(y) ?? new Array<IndexSet>(elementsOf(this.shapeOf(y))).fill(emptySet);
  }

  structureOf(node: Node): Sparsity | undefined {
    return this.#structures.get(node);
  }

  knownOf(node: Node): readonly number[] | undefined {
    return this.structureOf(node) === undefined ? this.#known.of(node)?.data : undefined;
  }

  shapeOf(node: Node): Sizes {
    const sizes = node.type.shape.filter((dim) => typeof dim === "number");
    const count = elementsOf(sizes);
    if (sizes.length === node.type.shape.length && count <= MAX_ELEMENTS) return sizes;
    throw new CompileError([
      {
        code: "FG426",
        severity: "error",
        message: `the structure of a Jacobian cannot be found through a value of shape [${node.type.shape.join(", ")}]`,
        span: node.origin.step.span ?? node.origin.step.line.span,
        accepted: `sizes that are numbers, and at most ${MAX_ELEMENTS} elements`,
        hint: "give the sizes as numbers, or take products with the Jacobian: jvp, vjp, hvp",
      },
    ]);
  }

  #visit(root: Node): void {
    for (const node of reachable([root])) {
      if (!this.#structures.has(node)) this.#structures.set(node, this.#derive(node));
    }
  }

  #derive(node: Node): Sparsity | undefined {
    const { op, inputs, attrs, type } = node;
    // A loop has no value of its own; what reads its results depends on all that it reads.
    const isLoop = op.lowering.kind === "loop";
    const moves = isLoop || (op.derivative !== "zero" && isFloat(type.dtype));
    if (!moves || !inputs.some((input) => this.structureOf(input) !== undefined)) return undefined;
    if (op.name === "customGradient") return this.#ofAuthorsRule(node);
    if (op.lowering.kind === "expand") {
      const formula = op.lowering.expand(inputs, attrs);
      this.#visit(formula);
      return this.structureOf(formula);
    }
    return ruleFor(node)(node, this);
  }

  /**
   * The derivative is what the author says: where the gradient of an argument
   * reads the gradient of the value, the value moves with the argument.
   */
  #ofAuthorsRule(node: Node): Sparsity {
    const count = numberAttr(node.attrs, "count");
    const [value, placeholder, ...rest] = node.inputs;
    if (value === undefined || placeholder === undefined) return [];
    const parts = this.shapeOf(value);
    const sets: IndexSet[][] = Array.from({ length: elementsOf(parts) }, () => []);
    for (const [i, argument] of rest.slice(0, count).entries()) {
      const moved = this.structureOf(argument);
      const gradient = rest[count + i];
      if (moved === undefined || gradient === undefined) continue;
      jacobianSparsity(gradient, placeholder).forEach((read, element) => {
        const own = moved[element] ?? emptySet;
        read.forEach((position) => sets[position]?.push(own));
      });
    }
    return sets.map((list) => unionOf(list));
  }
}
