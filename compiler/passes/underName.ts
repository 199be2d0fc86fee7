import { replacing } from "../ir/graph.js";
import { withOrigin, type Node } from "../ir/node.js";
import { alias } from "../ops/accumulate.js";

/**
 * A node made in place of another, under the name of that other. A scalar the
 * author named, or its gradient, stays visible even where it turns out to be
 * another value or a number: `const dq = z`.
 */
export function underName(node: Node, replacement: Node): Node {
  const isAuthors = (named: Node) => named.name !== undefined && named.derivedName !== true;
  const isOther = replacement.inputs.length === 0 || isAuthors(replacement);
  const keeps = isAuthors(node) && isOther && replacement.name !== node.name;
  if (!keeps || node.type.shape.length > 0) return replacing(node, replacement);
  return withOrigin(node.origin, () => alias(replacement, node));
}
