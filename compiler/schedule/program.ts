import type { Dim } from "../ir/dim.js";
import type { Node, Origin } from "../ir/node.js";
import type { Combine, KernelArgument } from "../ir/op.js";
import type { DType, Shape } from "../ir/type.js";

/**
 * A scheduled function: a tree of statements over scalars and buffers. It says
 * what is computed when and where it is kept, and nothing about the language
 * it is printed in.
 */
export interface Program {
  readonly name: string;
  /** Named sizes, sorted. */
  readonly sizes: readonly string[];
  readonly inputs: readonly Node[];
  /** For each input its variable (a scalar) or buffer (the caller's array). */
  readonly inputPlaces: readonly (Buffer | Local)[];
  readonly outputs: readonly ProgramOutput[];
  readonly body: readonly Statement[];
  /** Buffers of the work object: intermediate values and results, in order of first use. */
  readonly buffers: readonly Buffer[];
  readonly arena: Arena;
  /** Operations of the graph the program computes. */
  readonly operations: number;
}

export interface ProgramOutput {
  readonly name: string;
  readonly node: Node;
  /** Where the value stands when the program ends: a buffer for tensors, a scalar else. */
  readonly value: Buffer | Scalar;
}

/** Memory for one tensor. Inputs are the caller's; the rest lies in the arena. */
export interface Buffer {
  readonly kind: "buffer";
  /** The value it holds; its name is the buffer's. */
  readonly node: Node;
  readonly dtype: DType;
  readonly shape: Shape;
  /** A tape has as many elements along its first axis as a loop turned out to have iterations. */
  readonly role: "input" | "output" | "work" | "tape";
}

/** Part of a buffer: what stands at a position along its first axes. */
export interface Slice {
  readonly kind: "slice";
  readonly buffer: Buffer;
  /** The axes the position is along. */
  readonly outer: Shape;
  readonly position: readonly Index[];
}

/** Parts of different lengths, one after the other on a tape; see schedule/tapes.ts. */
export interface Ragged {
  readonly kind: "ragged";
  readonly tape: Buffer;
  /** How much of the tape is written. */
  readonly end: Local;
  /** Where each part begins. */
  readonly starts: Buffer | Slice | Ragged | Segment;
  /** The axes along which the parts lie. */
  readonly axes: number;
}

/** One part of a tape. */
export interface Segment {
  readonly kind: "segment";
  readonly tape: Buffer;
  readonly start: Scalar;
  readonly end: Local;
}

/** Where a value stands that something else has computed. */
export type Place = Buffer | Slice | Ragged | Segment | Scalar;

/** Slots of the arena; buffers whose lifetimes do not meet share one. */
export interface Arena {
  readonly slots: readonly Slot[];
  readonly slotOf: ReadonlyMap<Buffer, number>;
}

export interface Slot {
  /** Bytes of the buffers in it, without those another is known to exceed; the largest decides. */
  readonly bytes: readonly Dim[];
}

/** A scalar variable of the generated code. */
export interface Local {
  readonly kind: "local";
  readonly node: Node;
  readonly dtype: DType;
}

/** A counting loop from 0 to `extent`. Fused loops are one object; compare by {@link resolve}. */
export interface Loop {
  readonly extent: Dim;
  mergedInto?: Loop;
}

/** The loop that stands for this one after fusion. */
export function resolve(loop: Loop): Loop {
  let found = loop;
  while (found.mergedInto !== undefined) found = found.mergedInto;
  return found;
}

/** A position along one axis: `offset + stride · variable`. */
export interface Index {
  /** A loop, a number read from memory, or nothing for a fixed position. */
  readonly variable: Loop | Scalar | null;
  readonly stride: number;
  readonly offset: Dim;
}

export type Scalar =
  | { readonly kind: "literal"; readonly value: number; readonly dtype: DType }
  | { readonly kind: "size"; readonly dim: Dim }
  | { readonly kind: "index"; readonly index: Index }
  | Local
  | {
      readonly kind: "load";
      readonly buffer: Buffer;
      readonly shape: Shape;
      readonly index: readonly Index[];
    }
  /** An element of a value whose place is not decided yet; storage turns it into a local or a load. */
  | {
      readonly kind: "element";
      readonly of: Node;
      readonly shape: Shape;
      readonly index: readonly Index[];
    }
  | {
      readonly kind: "apply";
      readonly node: Node;
      readonly arguments: readonly Scalar[];
    }
  /** The sum of the contributions to a gradient. */
  | {
      readonly kind: "total";
      readonly node: Node;
      readonly terms: readonly {
        readonly value: Scalar;
        readonly origin: Origin;
      }[];
    };

export type Statement =
  | {
      readonly kind: "define";
      readonly local: Local;
      readonly value: Scalar;
      readonly mutable: boolean;
      readonly origin: Origin;
    }
  | {
      readonly kind: "update";
      readonly local: Local;
      /** Null for a plain assignment. */
      readonly combine: Combine | null;
      readonly value: Scalar;
      readonly origin: Origin;
    }
  | {
      readonly kind: "store";
      readonly buffer: Buffer;
      readonly shape: Shape;
      readonly index: readonly Index[];
      readonly combine: Combine | null;
      readonly value: Scalar;
      readonly origin: Origin;
    }
  | {
      readonly kind: "fill";
      readonly buffer: Buffer;
      readonly value: number;
      readonly origin: Origin;
    }
  | {
      readonly kind: "loop";
      readonly loop: Loop;
      readonly body: readonly Statement[];
    }
  /** A loop of the author's, or the reverse of one. Without a range it runs until it is left. */
  | {
      readonly kind: "repeat";
      readonly range: Range | null;
      readonly body: readonly Statement[];
      readonly origin: Origin;
    }
  /** Ends the innermost `repeat` around it where the condition does not hold. */
  | { readonly kind: "leave"; readonly unless: Scalar; readonly origin: Origin }
  /** Makes room on a tape for as many entries. */
  | {
      readonly kind: "grow";
      readonly tape: Buffer;
      readonly length: Scalar;
      readonly origin: Origin;
    }
  | {
      readonly kind: "if";
      readonly condition: Scalar;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: "matmul";
      readonly transposeA: boolean;
      readonly transposeB: boolean;
      readonly accumulate: boolean;
      readonly a: Operand;
      readonly b: Operand;
      readonly result: Operand;
      readonly rows: Dim;
      readonly columns: Dim;
      readonly inner: Dim;
      readonly node: Node;
      readonly origin: Origin;
    }
  | {
      readonly kind: "kernel";
      readonly callee: string;
      readonly arguments: readonly (
        Buffer | Exclude<KernelArgument, { kind: "operand" | "result" }>
      )[];
      readonly origin: Origin;
    }
  /** Every index, of a buffer or a single one, lies in 0 … size − 1, else a RangeError. */
  | {
      readonly kind: "checkIndices";
      readonly of: Node;
      readonly value: Buffer | Scalar;
      readonly size: Dim;
      readonly origin: Origin;
    };

/** The indices of a `repeat`: from `start`, by `step`, not reaching `stop`; or these from last to first. */
export interface Range {
  readonly index: Local;
  readonly start: Scalar;
  readonly stop: Scalar;
  readonly step: number;
  readonly descending: boolean;
}

/** A matrix inside a buffer: all of it, or the one at a position along its batch axes. */
export interface Operand {
  readonly buffer: Buffer;
  /** The shape the buffer is read with; its last two axes are the matrix. */
  readonly shape: Shape;
  readonly batch: readonly Index[];
}
