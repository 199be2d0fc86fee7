import type { Span } from "../diagnostic.js";
import type { Graph } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import type { Structure } from "../ir/structure.js";

/** One function of the author's program, elaborated: names resolved, calls inlined, shapes known. */
export interface ModelFunction {
  readonly name: string;
  readonly doc?: string | undefined;
  readonly tags: readonly { readonly name: string; readonly text: string }[];
  /** Where its name is declared, for errors about the whole function. */
  readonly span: Span;
  /**
   * Inputs are the leaves of the parameters in order, named by their path
   * (`x`, `params.W1`) in `attrs.name`; outputs are the leaves of the result.
   */
  readonly graph: Graph;
  readonly parameters: readonly {
    readonly name: string;
    readonly structure: Structure<Node>;
  }[];
  /** Names of the graph's outputs in the result's structure; a plain result is the leaf `value`. */
  readonly result: Structure<string>;
  /** Inputs differentiated by default: those declared `Param`, else all floats. */
  readonly wrt: readonly Node[];
}
