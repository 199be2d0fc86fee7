import { dimAdd, dimAtLeast, dimProduct, dimSub, substituteDim, type Dim } from "../ir/dim.js";
import { cloneNode, nodesOf, replacing, rewriteGraph, type Graph } from "../ir/graph.js";
import { withOrigin, type Node } from "../ir/node.js";
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
interface Formed extends Factor, Split {}

interface Chain {
  readonly factors: readonly Factor[];
  /** Those that the chain replaces, the whole last. */
  readonly formed: readonly Formed[];
}

/** An order with the number of its multiplications. */
interface Plan {
  readonly cost: Dim;
  readonly order: Order;
}

/** So many products at most are one chain. */
const longest = 40;

/** How many orders of one part are kept of which none is better for all sizes. */
const mostPlans = 16;

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
    run: (graph, { inexact = false, body = false, sizes = {} }: PassOptions = {}) =>
      inexact && (bodies || !body) ? reassociated(graph, sizes) : graph,
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
  return rewriteGraph(graph, (node, inputs) => {
    const found = better.get(node);
    const image =
      found === undefined ? cloneNode(node, inputs) : new Builder(found[0], images).whole(found[1]);
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
  const visit = (factor: Factor): Order => {
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
    formed.push({ node, transposed, left, right, first, last: factors.length - 1 });
    return { left, right, first, last: factors.length - 1 };
  };
  visit({ node: root, transposed: false });
  return { factors, formed };
}

const batchOf = (shape: Shape): Shape => shape.slice(0, -2);

/** A product read through a transpose that serves nothing else; any other factor as it is. */
function behindTransposes(factor: Factor, isSoleUse: (node: Node) => boolean): Factor {
  const { node, transposed } = factor;
  const [x] = node.inputs;
  if (node.op.name !== "transpose" || x === undefined) return factor;
  const isRead = isSoleUse(node) && swapsLastTwo(numbersAttr(node.attrs, "axes"));
  return isRead && factorsOf(x) !== null ? { node: x, transposed: !transposed } : factor;
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

/** A column times a row, in either order: their product as matrices. */
function outerFactors(a: Node, b: Node): readonly Factor[] | null {
  const isColumn = ({ type }: Node) => type.shape.at(-1) === 1 && type.shape.at(-2) !== 1;
  const isRow = ({ type }: Node) => type.shape.at(-2) === 1 && type.shape.at(-1) !== 1;
  const pair = [a, b].toSorted((x, y) => Number(isRow(x)) - Number(isRow(y)));
  const [column, row] = pair;
  return column && row && isColumn(column) && isRow(row)
    ? pair.map((node) => ({ node, transposed: false }))
    : null;
}

// Choosing an order

/** The order that is better than the one at hand for all sizes; null if there is none. */
function bestOrder(chain: Chain, sizes: Readonly<Record<string, number>>): Order | null {
  const own = whole(chain);
  const dims = dimsOf(chain, sizes);
  const plans = plansOf(chain, dims);
  const start: Plan = { cost: costOf(own, dims), order: own };
  const best = plans.reduce((a, b) => (isCheaper(b, a) ? b : a), start);
  return best === start ? null : best.order;
}

/** Rows of each factor and columns of the last, over sizes n − 1 where n is not known. */
function dimsOf({ factors }: Chain, sizes: Readonly<Record<string, number>>): readonly Dim[] {
  const known = (dim: Dim) => substituteDim(dim, (name) => sizes[name] ?? dimAdd(name, 1));
  const axis = ({ node, transposed }: Factor, back: 1 | 2) =>
    known(node.type.shape.at(transposed ? back - 3 : -back) ?? 1);
  return [...factors.map((one) => axis(one, 2)), ...factors.slice(-1).map((one) => axis(one, 1))];
}

function costOf(order: Order, dims: readonly Dim[]): Dim {
  if (typeof order === "number") return 0;
  const parts = dimAdd(costOf(order.left, dims), costOf(order.right, dims));
  return dimAdd(parts, multiplications(order, dims));
}

/** Of one product, for each matrix of the batch. */
function multiplications({ first, right, last }: Split, dims: readonly Dim[]): Dim {
  const middle = typeof right === "number" ? right : right.first;
  return dimProduct([first, middle, last + 1].map((at) => dims[at] ?? 1));
}

/** Orders of the whole chain, none of them more expensive than another for all sizes. */
function plansOf({ factors, formed }: Chain, dims: readonly Dim[]): readonly Plan[] {
  const plans = new Map<string, readonly Plan[]>();
  const at = (first: number, last: number) => plans.get(`${first} ${last}`) ?? [];
  factors.forEach((_factor, i) => plans.set(`${i} ${i}`, [{ cost: 0, order: i }]));
  for (let length = 1; length < factors.length; length++) {
    for (let first = 0; first + length < factors.length; first++) {
      const last = first + length;
      const own = formed.find((one) => one.first === first && one.last === last);
      let kept: readonly Plan[] = own ? [{ cost: costOf(own, dims), order: own }] : [];
      for (let middle = first + 1; middle <= last; middle++)
        for (const left of at(first, middle - 1))
          for (const right of at(middle, last)) {
            const order = { left: left.order, right: right.order, first, last };
            const cost = dimAdd(dimAdd(left.cost, right.cost), multiplications(order, dims));
            kept = withPlan(kept, { cost, order });
          }
      plans.set(`${first} ${last}`, kept);
    }
  }
  return at(0, factors.length - 1);
}

/** Keeps a plan that none is at least as good as, instead of those it is better than. */
function withPlan(plans: readonly Plan[], plan: Plan): readonly Plan[] {
  if (plans.some((one) => one.cost === plan.cost || isCheaper(one, plan))) return plans;
  return [...plans.filter((one) => !isCheaper(plan, one)), plan].slice(0, mostPlans);
}

/** Whether a plan needs fewer multiplications for some sizes, and more for none. */
function isCheaper(a: Plan, b: Plan): boolean {
  return a.cost !== b.cost && dimAtLeast(dimSub(b.cost, a.cost), 0);
}

// Rebuilding

/** Makes the products of a chain anew, over what has become of its factors. */
class Builder {
  readonly #chain: Chain;
  readonly #images: ReadonlyMap<Node, Node>;

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
    const node = withOrigin(covering.node.origin, () =>
      transposed
        ? gemm(b.node, a.node)
        : gemm(a.node, b.node, { transposeA: a.transposed, transposeB: b.transposed }),
    );
    const isSame = covering.first === order.first && covering.last === order.last;
    return isSame && covering.transposed === transposed
      ? { node: replacing(covering.node, node), transposed }
      : { node, transposed };
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
}
