import {
  dimAdd,
  dimAtLeast,
  dimNames,
  dimProduct,
  dimSub,
  evaluateDim,
  substituteDim,
  type Dim,
} from "../ir/dim.js";
import { nodesOf, replacing, rewriteGraph, type Graph } from "../ir/graph.js";
import { renamed, withOrigin, type Node, type Origin } from "../ir/node.js";
import { sameShape, type Shape } from "../ir/type.js";
import { numbersAttr } from "../ops/define.js";
import { gemm } from "../ops/matrix.js";
import { swapLast } from "../ops/shape.js";
import { countUses } from "./applyRules.js";
import { swapsLastTwo } from "./foldTranspose.js";
import type { Pass, PassOptions } from "./pass.js";

/** A matrix as a product reads it. */
interface Factor {
  readonly node: Node;
  readonly transposed: boolean;
}

/** The position of a factor, or a product of neighbours. */
type Order = number | Split;

interface Split {
  readonly left: Order;
  readonly right: Order;
  /** What it is the product of: the factors from the first to the last. */
  readonly first: number;
  readonly last: number;
}

/** A product the author or the chain rule formed. */
interface Formed extends Factor, Split {
  readonly left: number | Formed;
  readonly right: number | Formed;
}

interface Chain {
  readonly factors: readonly Factor[];
  /** Those that the chain replaces, the whole last. */
  readonly formed: readonly Formed[];
}

/** An order with the number of its multiplications. */
interface Plan {
  readonly cost: number;
  readonly order: Order;
}

/** So many products at most are one chain. */
const longest = 40;

/**
 * Chains of matrix products in the order with the fewest multiplications:
 * (A · B) · v as A · (B · v). Products in between that are also read elsewhere
 * stay. Sizes without a value are anything from 1: then an order replaces the
 * author's only if it needs fewer for all of them.
 *
 * It runs before differentiation, since the gradient of a chain reads its
 * products again, and once more for the chains that gradients consist of. It
 * leaves the bodies of loops alone until what does not change was moved out.
 */
export function reassociate({ bodies }: { readonly bodies: boolean }): Pass {
  return {
    name: "reassociate",
    inexact: true,
    run: (graph, { body = false, sizes = {} }: PassOptions = {}) =>
      bodies || !body ? reassociated(graph, sizes) : graph,
  };
}

function reassociated(graph: Graph, sizes: Readonly<Record<string, number>>): Graph {
  const better = new Map<Node, readonly [Chain, Order]>();
  for (const chain of chainsOf(graph)) {
    const order = bestOrder(chain, sizes);
    if (order !== null) better.set(whole(chain).node, [chain, order]);
  }
  if (better.size === 0) return graph;
  const images = new Map<Node, Node>(graph.inputs.map((node) => [node, node]));
  return rewriteGraph(graph, (node, _inputs, keep) => {
    const found = better.get(node);
    const image = found === undefined ? keep() : new Builder(found[0], images).whole(found[1]);
    images.set(node, image);
    return image;
  });
}

function whole({ formed }: Chain): Formed {
  const last = formed.at(-1);
  if (last === undefined) throw new Error("a chain without a product");
  return last;
}

// Finding chains

/** All chains of at least three factors, none a part of another. */
function chainsOf(graph: Graph): readonly Chain[] {
  const uses = countUses(graph);
  const inside = new Set<Node>();
  return nodesOf(graph)
    .toReversed()
    .flatMap((node) => {
      if (inside.has(node) || factorsOf(node) === null) return [];
      const chain = chainOf(node, uses);
      chain.formed.forEach((one) => inside.add(one.node));
      return chain.factors.length > 2 ? chain : [];
    });
}

function chainOf(root: Node, uses: ReadonlyMap<Node, number>): Chain {
  const factors: Factor[] = [];
  const formed: Formed[] = [];
  const isSoleUse = (node: Node) => uses.get(node) === 1;
  const isLike = ({ type }: Node) =>
    type.dtype === root.type.dtype && sameShape(batchOf(type.shape), batchOf(root.type.shape));
  let products = 0;
  const visit = (factor: Factor): number | Formed => {
    const { node, transposed } = behindTransposes(factor, isSoleUse);
    const isInside = node === root || (isSoleUse(node) && isLike(node) && products < longest);
    const product = isInside ? factorsOf(node) : null;
    if (product === null) return factors.push(factor) - 1;
    products++;
    const first = factors.length;
    const [left, right] = (transposed ? product.toReversed() : product).map((one) =>
      visit({ node: one.node, transposed: one.transposed !== transposed }),
    );
    if (left === undefined || right === undefined) throw new Error("a product has two factors");
    const made: Formed = { node, transposed, left, right, first, last: factors.length - 1 };
    formed.push(made);
    return made;
  };
  visit({ node: root, transposed: false });
  return { factors, formed };
}

const batchOf = (shape: Shape): Shape => shape.slice(0, -2);

/** A product read through a transpose that serves nothing else; any other factor as it is. */
function behindTransposes(factor: Factor, isSoleUse: (node: Node) => boolean): Factor {
  const { node, transposed } = factor;
  const [x] = node.inputs;
  return x !== undefined && isTranspose(node, x) && isSoleUse(node) && factorsOf(x) !== null
    ? { node: x, transposed: !transposed }
    : factor;
}

/** Whether a node exchanges the last two axes of a value; of a row or a column, a reshape does. */
function isTranspose({ op, attrs, type }: Node, x: Node): boolean {
  if (op.name === "transpose") return swapsLastTwo(numbersAttr(attrs, "axes"));
  const swapped = [...batchOf(x.type.shape), ...x.type.shape.slice(-2).toReversed()];
  return op.name === "reshape" && swapped.slice(-2).includes(1) && sameShape(type.shape, swapped);
}

/** Both factors of a product of matrices with the same batch axes and dtype; else null. */
function factorsOf(node: Node): readonly Factor[] | null {
  const { op, inputs, attrs, type } = node;
  const fits = inputs.every(
    (x) =>
      x.type.dtype === type.dtype &&
      x.type.shape.length === type.shape.length &&
      sameShape(batchOf(x.type.shape), batchOf(type.shape)),
  );
  const [a, b] = inputs;
  if (!fits || a === undefined || b === undefined || type.shape.length < 2) return null;
  if (op.name === "gemm")
    return [
      { node: a, transposed: attrs["transposeA"] === true },
      { node: b, transposed: attrs["transposeB"] === true },
    ];
  return op.name === "mul" ? outerFactors(a, b) : null;
}

/** A column times a row, in either order, are a product over an axis of size 1. */
function outerFactors(a: Node, b: Node): readonly Factor[] | null {
  const fits = (x: Node, y: Node) => x.type.shape.at(-1) === 1 && y.type.shape.at(-2) === 1;
  const pair = fits(a, b) ? [a, b] : fits(b, a) ? [b, a] : null;
  return pair && pair.map((node) => ({ node, transposed: false }));
}

// Choosing an order

/** The order that is better than the one at hand for all sizes; null if there is none. */
function bestOrder(chain: Chain, sizes: Readonly<Record<string, number>>): Order | null {
  const dims = dimsOf(chain, sizes);
  const names = [...new Set(dims.flatMap(dimNames))];
  const samples = [0, 37].map((step) => {
    const values = Object.fromEntries(names.map((name, i) => [name, 100 + step * i]));
    return dims.map((dim) => evaluateDim(dim, values));
  });
  const improved = (own: Formed): Order => {
    const part = chain.formed.filter((one) => own.first <= one.first && one.last <= own.last);
    const better = samples
      .map((sample) => cheapest(own, part, sample))
      .find((order) => isCheaper(order, own, dims));
    if (better !== undefined) return better;
    const [left, right] = [own.left, own.right].map((x) =>
      typeof x === "number" ? x : improved(x),
    );
    return left === undefined || right === undefined || (left === own.left && right === own.right)
      ? own
      : { left, right, first: own.first, last: own.last };
  };
  const own = whole(chain);
  const order = improved(own);
  return order === own ? null : order;
}

/** Rows of each factor and columns of the last, over sizes n − 1 where n is not known. */
function dimsOf({ factors }: Chain, sizes: Readonly<Record<string, number>>): readonly Dim[] {
  const known = (dim: Dim) => substituteDim(dim, (name) => sizes[name] ?? dimAdd(name, 1));
  const axis = ({ node, transposed }: Factor, back: 1 | 2) =>
    known(node.type.shape.at(transposed ? back - 3 : -back) ?? 1);
  return [...factors.map((one) => axis(one, 2)), ...factors.slice(-1).map((one) => axis(one, 1))];
}

/** Whether an order needs fewer multiplications for some sizes, and more for none. */
function isCheaper(order: Order, other: Order, dims: readonly Dim[]): boolean {
  const [a, b] = [order, other].map((one) => costOf(one, dims));
  return a !== undefined && b !== undefined && a !== b && dimAtLeast(dimSub(b, a), 0);
}

/** Multiplications for each matrix of the batch. */
function costOf(order: Order, dims: readonly Dim[]): Dim {
  if (typeof order === "number") return 0;
  const { left, right, first, last } = order;
  const middle = typeof right === "number" ? right : right.first;
  const own = dimProduct([first, middle, last + 1].map((at) => dims[at] ?? 1));
  return dimAdd(dimAdd(costOf(left, dims), costOf(right, dims)), own);
}

/** The cheapest order of a part of a chain for these sizes; of equal ones the author's. */
function cheapest(part: Formed, formed: readonly Formed[], dims: readonly number[]): Order {
  const plans = new Map<string, Plan>();
  const planOf = (first: number, last: number): Plan =>
    plans.get(`${first} ${last}`) ?? { order: first, cost: 0 };
  for (let length = 1; length <= part.last - part.first; length++) {
    for (let first = part.first; first + length <= part.last; first++) {
      const last = first + length;
      const own = formed.find((one) => one.first === first && one.last === last);
      const splits = Array.from({ length }, (_, i): Plan => {
        const [left, right] = [planOf(first, first + i), planOf(first + i + 1, last)];
        const [m = 1, k = 1, n = 1] = [first, first + i + 1, last + 1].map((at) => dims[at]);
        return {
          order: { left: left.order, right: right.order, first, last },
          cost: left.cost + right.cost + m * k * n,
        };
      });
      const given = own ? [{ order: own, cost: Number(costOf(own, dims)) }] : [];
      const best = [...given, ...splits].reduce((a, b) => (b.cost < a.cost ? b : a));
      plans.set(`${first} ${last}`, best);
    }
  }
  return planOf(part.first, part.last).order;
}

// Rebuilding

/** Makes the products of a chain anew, over what has become of its factors. */
class Builder {
  readonly #chain: Chain;
  readonly #images: ReadonlyMap<Node, Node>;
  readonly #origins = new Map<Formed, Origin>();

  constructor(chain: Chain, images: ReadonlyMap<Node, Node>) {
    this.#chain = chain;
    this.#images = images;
  }

  whole(order: Order): Node {
    const { node, transposed } = this.#factor(order);
    return transposed ? replacing(whole(this.#chain).node, swapLast(node)) : node;
  }

  /** No product has both factors transposed, since there is no kernel for it: it is kept transposed. */
  #factor(order: Order): Factor {
    if (typeof order === "number") return this.#given(order);
    const [a, b] = [this.#factor(order.left), this.#factor(order.right)];
    const transposed = a.transposed && b.transposed;
    const covering = this.#covering(order);
    const origin = "node" in order ? covering.node.origin : this.#originOf(covering);
    const node = withOrigin(origin, () =>
      transposed
        ? gemm(b.node, a.node)
        : gemm(a.node, b.node, { transposeA: a.transposed, transposeB: b.transposed }),
    );
    const isSame = covering.first === order.first && covering.last === order.last;
    const keepsName = isSame && covering.transposed === transposed;
    return { node: keepsName ? renamed(node, covering.node) : node, transposed };
  }

  #given(position: number): Factor {
    const factor = this.#chain.factors[position];
    const node = factor && this.#images.get(factor.node);
    if (factor === undefined || node === undefined) throw new Error("a factor is missing");
    return { node, transposed: factor.transposed };
  }

  /** The smallest product of the author's that has all of these factors: the line they come from. */
  #covering({ first, last }: Split): Formed {
    const found = this.#chain.formed.find((one) => one.first <= first && last <= one.last);
    return found ?? whole(this.#chain);
  }

  /** The lines whose products are no longer formed one by one, as one. */
  #originOf(covering: Formed): Origin {
    const { origin } = covering.node;
    const inside = this.#chain.formed.filter(
      ({ first, last }) => covering.first <= first && last <= covering.last,
    );
    const lines = new Set(inside.map(({ node }) => node.origin.step.line));
    if (lines.size === 1 || origin.phase === "backward") return origin;
    const known = this.#origins.get(covering);
    if (known !== undefined) return known;
    const text = [...lines].map((line) => line.text).join("; ");
    const { span, line } = origin.step;
    const made: Origin = { ...origin, step: { span, line: { text, span: line.span } } };
    this.#origins.set(covering, made);
    return made;
  }
}
