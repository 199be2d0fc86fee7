import type { TypedArray } from "./callable.js";
import type { NestedArray, OutputTensor, ShapedArray } from "./tensors.js";

/** A number, a tensor, or a bundle of these as the author wrote the parameter. */
export type JitInput =
  | number
  | boolean
  | TypedArray
  | NestedArray
  | ShapedArray
  | readonly JitInput[]
  | { readonly [name: string]: JitInput };

/** A number, a tensor, or a bundle of these as the author wrote the result. */
export type JitOutput =
  OutputTensor | readonly JitOutput[] | { readonly [name: string]: JitOutput };
