import type { DiagnosticCode } from "../diagnostic.js";
import type { Dim } from "./dim.js";
import type { Attrs, Node } from "./node.js";
import type { Region } from "./region.js";
import type { DType, Shape, TensorType } from "./type.js";

/** A dense tensor in the reference interpreter: row-major, any dtype as numbers. */
export interface Value {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What a type rule throws: the elaborator adds the places and makes it a Diagnostic. */
export class TypeFault extends Error {
  override readonly name = "TypeFault";
  readonly code: DiagnosticCode;
  /** Which operands are to blame; all of them if empty. */
  readonly operands: readonly number[];
  readonly accepted: string | undefined;
  readonly hint: string | undefined;

  constructor(
    code: DiagnosticCode,
    message: string,
    details: {
      operands?: readonly number[];
      accepted?: string;
      hint?: string;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.operands = details.operands ?? [];
    this.accepted = details.accepted;
    this.hint = details.hint;
  }
}

/**
 * How one element is written in a C-like language, given its operands' text:
 * an infix or prefix operator, a call, or a choice.
 */
export type ScalarCode =
  | { readonly kind: "infix"; readonly operator: string }
  | { readonly kind: "prefix"; readonly operator: string }
  /** A function of the host, e.g. `Math.exp`. */
  | {
      readonly kind: "call";
      readonly callee: string;
      /** Numbers after the operands. */
      readonly trailing?: readonly number[];
    }
  /** A function of flatgrad's runtime, e.g. `sigmoid`. */
  | { readonly kind: "runtime"; readonly callee: string }
  /** `operand0 ? operand1 : operand2`. */
  | { readonly kind: "select" }
  /** A number in place of a truth value. */
  | { readonly kind: "convert" };

/** An index along one axis of an operand: `offset + stride · (index along axis of the result)`. */
export interface AxisMap {
  /** The axis of the result whose index this is; null for a fixed position. */
  readonly axis: number | null;
  readonly stride: number;
  readonly offset: Dim;
}

/** A call of a runtime kernel: operands are passed as their buffers. */
export interface KernelCall {
  readonly callee: string;
  readonly arguments: readonly KernelArgument[];
}
export type KernelArgument =
  | { readonly kind: "operand"; readonly index: number }
  | { readonly kind: "result" }
  | { readonly kind: "dim"; readonly value: Dim }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean };

/** How an operation becomes code. The schedule knows these kinds and no operation by name. */
export type Lowering =
  /** Each element from the elements at the same, broadcast, position. */
  | { readonly kind: "scalar"; readonly code: ScalarCode }
  /** All elements along `attrs.axes` combined into one. */
  | { readonly kind: "reduce"; readonly combine: Combine }
  /** No work: element `i` of the result is an element of the operand at an affine position. */
  | {
      readonly kind: "view";
      map(operand: Shape, result: Shape, attrs: Attrs): readonly AxisMap[];
    }
  /** No work: the same elements in the same order under another shape. */
  | { readonly kind: "reshape" }
  /** The parts of the result come from several operands, laid side by side along `attrs.axis`. */
  | { readonly kind: "concat" }
  /** The operand placed inside zeros: element `i` stands at `map(i)` of the result. */
  | {
      readonly kind: "embed";
      map(operand: Shape, result: Shape, attrs: Attrs): readonly AxisMap[];
    }
  /** The index along `attrs.axis`. */
  | { readonly kind: "iota" }
  /** Element of operand 0 whose position along `attrs.axis` is read from operand 1. */
  | { readonly kind: "gather"; readonly along: boolean }
  /** Adds operand 1 to zeros of the result's shape at positions along `attrs.axis` read from operand 0. */
  | { readonly kind: "scatterAdd"; readonly along: boolean }
  /** Batched matrix product with `attrs.transposeA` and `attrs.transposeB`. */
  | { readonly kind: "matmul" }
  /** The element, or slice, of operand 0 at the positions along its first axes that the others hold. */
  | { readonly kind: "at" }
  /** Zeros of the result's shape but for operand 0, placed as `at` would read it. */
  | { readonly kind: "embedAt" }
  /** Operand 0 with operand 1 put in place of, or added to, what `at` would read there. */
  | { readonly kind: "update"; readonly combine: "add" | null }
  /** A loop, whose body is `Op.region`; its values are read by `loopResult` and `loopRecord`. */
  | { readonly kind: "loop" }
  /** A value a loop ends with, or the values of all its iterations. */
  | { readonly kind: "loopValue"; readonly of: "result" | "record" }
  /** A runtime function over whole buffers. */
  | {
      readonly kind: "kernel";
      call(operands: readonly TensorType[], result: TensorType, attrs: Attrs): KernelCall;
    }
  /** The sum of all operands: a gradient with several contributions. */
  | { readonly kind: "accumulate" }
  /** Simpler operations that mean the same. */
  | {
      readonly kind: "expand";
      expand(inputs: readonly Node[], attrs: Attrs): Node;
    }
  | { readonly kind: "leaf" };

export type Combine = "add" | "multiply" | "max" | "min" | "or" | "and";

/** Where reverse mode stands when it asks an operation for its rule. */
export interface VjpContext {
  readonly inputs: readonly Node[];
  readonly out: Node;
  /** The gradient of the result, of the result's shape. */
  readonly dOut: Node;
  readonly attrs: Attrs;
  /** Which inputs need a gradient; a rule may skip the others. */
  readonly needed: readonly boolean[];
  /**
   * Where `where` or a branch chose this result; elsewhere dOut is 0 and
   * operands may be NaN. Null if everywhere. Rules that mix elements (matmul)
   * use it to keep dead operands out of the sum.
   */
  readonly mask: Node | null;
}

/** One parameter of an operation as users call it. */
export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Absent where the parameter is required. For an operand, a number. */
  readonly default?: null | number | boolean | string | undefined;
  readonly doc?: string | undefined;
}

export type ParameterKind =
  | { readonly kind: "operand" }
  /** A list of operands: `concat([x, y])`. */
  | { readonly kind: "operands" }
  /** All remaining positional arguments: `einsum("ij,jk->ik", x, y)`. */
  | { readonly kind: "rest" }
  | { readonly kind: "boolean" }
  | { readonly kind: "integer" }
  | { readonly kind: "number" }
  | { readonly kind: "string" }
  | { readonly kind: "choice"; readonly of: readonly string[] }
  /** One axis, possibly negative. */
  | { readonly kind: "axis" }
  /** One axis, several, or null for all. */
  | { readonly kind: "axes" }
  /** A list of sizes; -1 where the operation says so. */
  | { readonly kind: "shape" }
  /** A whole number, or a list of them. */
  | { readonly kind: "integers" }
  /** Pairs of whole numbers, or one for all: `[[1, 2], [0, 1]]`. */
  | { readonly kind: "pairs" };

/**
 * Everything flatgrad knows about one operation. Tests, documentation and
 * both front ends are driven by this.
 */
export interface Op {
  /** Unique; also how it is written in both languages unless `internal`. */
  readonly name: string;
  /** A heading of the documentation. */
  readonly group: string;
  /** One line on what it computes. */
  readonly summary: string;
  /** The gradient as a reader would write it: `dx = dy · (1 − y) · y`. */
  readonly gradient?: string | undefined;
  /** What is worth knowing about accuracy, extremes, conventions. */
  readonly numerics?: string | undefined;
  /** Rows of the conventions table the gradient relies on. */
  readonly conventions?: readonly string[] | undefined;
  /** Not callable by users: it arises in the compiler only. */
  readonly internal?: boolean | undefined;
  readonly parameters: readonly Parameter[];
  /** Turns checked call attributes into the canonical attrs of a node (negative axes resolved, defaults by shape). */
  readonly normalise?: ((inputs: readonly TensorType[], attrs: Attrs) => Attrs) | undefined;
  /** The result's type. @throws TypeFault */
  type(inputs: readonly TensorType[], attrs: Attrs): TensorType;
  /**
   * The chain rule in IR: a contribution for each input, null for none.
   * Contributions may still have the result's broadcast shape; reverse mode sums them.
   * Absent: the operation is differentiated through its expansion, or has no derivative.
   */
  readonly vjp?: ((context: VjpContext) => readonly (Node | null)[]) | undefined;
  /**
   * For each input, where any element of the result it contributes to was
   * chosen, given that of the result (see passes/differentiate.ts). Absent:
   * worked out from the kind of lowering.
   */
  readonly maskVjp?: ((context: VjpContext, mask: Node) => readonly (Node | null)[]) | undefined;
  /** "zero": the derivative is 0 wherever it exists (floor, comparisons). */
  readonly derivative?: "zero" | undefined;
  /** The reference meaning: slow and obvious. */
  evaluate(
    inputs: readonly Value[],
    attrs: Attrs,
    type: { readonly dtype: DType; readonly shape: readonly number[] },
  ): Value;
  readonly lowering: Lowering;
  /** The body, where this is one loop of a program: each loop is an operation of its own. */
  readonly region?: Region | undefined;
  /** Where tests draw points, for each operand; the whole line if absent. */
  readonly domain?: readonly (readonly [low: number, high: number])[] | undefined;
  /** A call in each language, for the documentation. */
  readonly example?: { readonly typescript: string; readonly math: string } | undefined;
}
