import type { Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import type { Op } from "../ir/op.js";
import { formatType } from "../ir/type.js";
import type { Module, Parameter, Statement } from "../syntax/tree.js";
import type { Span } from "../diagnostic.js";
import type { ArrayCell, Scope } from "./scopes.js";

/** A function of the program, or an arrow function with the scope it was written in. */
export interface Callable {
  /** The declaration, compared by identity to find recursion. */
  readonly declaration: object;
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly module: Module;
  /** Where its free names are looked up; only an arrow function has one. */
  readonly scope?: Scope | undefined;
  readonly span: Span;
}

export const TRANSFORM_NAMES = [
  "grad",
  "valueAndGrad",
  "vjp",
  "jvp",
  "hvp",
  "jacobian",
  "hessian",
  "sparseJacobian",
  "sparseHessian",
  "vmap",
  "checkpoint",
  "customGradient",
] as const;

/** What takes a function and makes another of it. */
export type TransformName = (typeof TRANSFORM_NAMES)[number];

/** The parameters to differentiate by, by name or position; a list of them gives a list. */
export interface Wrt {
  readonly chosen: readonly (string | number)[];
  readonly isList: boolean;
}

/** Which axes of the arguments and of the result are the batch: one for all, or one for each. */
export interface BatchAxes {
  readonly inAxes: number | readonly number[];
  readonly outAxes: number;
}

/** What makes arrays that can be written. */
export const MAKER_NAMES = ["zeros"] as const;
export type MakerName = (typeof MAKER_NAMES)[number];

export function makerNamed(name: string): MakerName | undefined {
  return MAKER_NAMES.find((one) => one === name);
}

/** The transform of this name. */
export function transformNamed(name: string): TransformName | undefined {
  return TRANSFORM_NAMES.find((one) => one === name);
}

/** A reference to an array of the program, or to the part of it at these positions along its first axes. */
export interface ArrayValue {
  readonly kind: "array";
  readonly cell: ArrayCell;
  readonly positions: readonly Node[];
}

/** What an expression can stand for while a program is elaborated. */
export type Value =
  /** A tensor computed at run time. */
  | { readonly kind: "node"; readonly node: Node }
  | ArrayValue
  /** A number known at build time. */
  | { readonly kind: "number"; readonly value: number }
  /** A named size or a polynomial of them. */
  | { readonly kind: "dim"; readonly dim: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tuple"; readonly elements: readonly Value[] }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, Value> }
  | { readonly kind: "function"; readonly callable: Callable }
  | { readonly kind: "operation"; readonly op: Op }
  /** A function of `Math`. */
  | { readonly kind: "math"; readonly name: string }
  /** `zeros`. */
  | { readonly kind: "maker"; readonly name: MakerName }
  /** `grad` and its like. */
  | { readonly kind: "transform"; readonly name: TransformName }
  /** `grad(f)`: what a transform makes of a function. */
  | {
      readonly kind: "derivative";
      readonly transform: Exclude<TransformName, "customGradient">;
      readonly of: Value;
      readonly wrt: Wrt | undefined;
      /** Only of vmap. */
      readonly axes?: BatchAxes | undefined;
    }
  /** `customGradient(f, backward)`: a function with a chain rule of its own. */
  | { readonly kind: "custom"; readonly of: Value; readonly backward: Value }
  /** `Math`, or what `import * as` names: `"flatgrad"` or a module. */
  | { readonly kind: "namespace"; readonly of: "Math" | "flatgrad" | Module }
  /** Declared without a value. */
  | { readonly kind: "unset" }
  /** The result of something that was reported; whatever uses it is silent. */
  | { readonly kind: "poison" };

export const POISON: Value = { kind: "poison" };
export const UNSET: Value = { kind: "unset" };

export const nodeValue = (node: Node): Value => ({ kind: "node", node });
export const numberValue = (value: number): Value => ({
  kind: "number",
  value,
});
export const booleanValue = (value: boolean): Value => ({
  kind: "boolean",
  value,
});

/** A dimension as a value: a number where it is one. */
export const dimValue = (dim: Dim): Value =>
  typeof dim === "number" ? numberValue(dim) : { kind: "dim", dim };

/** What the value is, for messages: `f32[N, 3]`, `the number 2`. */
export function describe(value: Value): string {
  switch (value.kind) {
    case "node":
      return formatType(value.node.type);
    case "array": {
      const { dtype, shape } = value.cell.type;
      return `an array ${formatType({ dtype, shape: shape.slice(value.positions.length) })}`;
    }
    case "number":
      return `the number ${value.value}`;
    case "dim":
      return `the size ${value.dim}`;
    case "boolean":
      return `${value.value}`;
    case "string":
      return `the string "${value.value.slice(0, 40)}"`;
    case "tuple":
      return `a list of ${value.elements.length}`;
    case "object":
      return "an object";
    case "function":
    case "operation":
    case "math":
    case "maker":
    case "transform":
    case "derivative":
    case "custom":
      return "a function";
    case "namespace":
      return "a module";
    case "unset":
      return "a name without a value";
    case "poison":
      return "an erroneous value";
  }
}

/** Whether two values are the same whatever the inputs are. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "node":
      return b.kind === "node" && a.node === b.node;
    case "array":
      return (
        b.kind === "array" &&
        a.cell === b.cell &&
        a.positions.length === b.positions.length &&
        a.positions.every((position, i) => position === b.positions[i])
      );
    case "number":
      return b.kind === "number" && Object.is(a.value, b.value);
    case "dim":
      return b.kind === "dim" && a.dim === b.dim;
    case "boolean":
    case "string":
      return b.kind === a.kind && a.value === b.value;
    case "function":
      return (
        b.kind === "function" &&
        a.callable.declaration === b.callable.declaration &&
        a.callable.scope === b.callable.scope
      );
    case "operation":
      return b.kind === "operation" && a.op === b.op;
    case "math":
      return b.kind === "math" && a.name === b.name;
    case "maker":
      return b.kind === "maker" && a.name === b.name;
    case "transform":
      return b.kind === "transform" && a.name === b.name;
    case "derivative":
      return (
        b.kind === "derivative" &&
        a.transform === b.transform &&
        JSON.stringify([a.wrt, a.axes]) === JSON.stringify([b.wrt, b.axes]) &&
        sameValue(a.of, b.of)
      );
    case "custom":
      return b.kind === "custom" && sameValue(a.of, b.of) && sameValue(a.backward, b.backward);
    case "namespace":
      return b.kind === "namespace" && a.of === b.of;
    case "unset":
    case "poison":
      return a.kind === b.kind;
    case "tuple":
    case "object":
      return false;
  }
}
