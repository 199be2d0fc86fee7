import type { Buffer, Statement } from "../../schedule/program.js";
import {
  convolutionCalls,
  convolutionFunctions,
  convolutionKernel,
  convolutionProducts,
  convolutionScratchBytes,
  geometryNames,
  type Geometry,
  type NamedFunction,
} from "./kernels/convolveCall.js";
import type { ConvolutionName } from "./kernels/convolveImages.js";
import type { MatmulKernel } from "./kernels/kernel.js";
import type { Dtype } from "./kernels/lanes.js";
import { poolPositionsFunction, poolPositionsName } from "./kernels/poolPositions.js";
import { call } from "./kernels/text.js";
import type { Wat } from "./wat.js";

/** A kernel that has functions in WebAssembly, for one statement that calls it. */
export interface NativeKernel {
  /** Matrix products whose parts its functions call. */
  readonly products: readonly Omit<MatmulKernel, "name">[];
  readonly functions: readonly NamedFunction[];
  /** Bytes to work in. */
  readonly scratch: number;
  /** Statements that run it. @param values an address or a number for each argument */
  calls(values: readonly Wat[], scratch: Wat): readonly Wat[];
}

type KernelStatement = Extract<Statement, { kind: "kernel" }>;

type Maker = (statement: KernelStatement) => NativeKernel | null;

const convolutions = (["convolve", "convolveInput", "convolveFilters"] as const).flatMap((name) => {
  const make: Maker = (statement) => convolution(name, statement);
  return [name, `${name}64`].map((callee) => [callee, make] as const);
});

/** By callee: what runs a statement in WebAssembly; null for what it does not cover. */
const makers: ReadonlyMap<string, Maker> = new Map([
  ...convolutions,
  ["poolPositions", poolPositions] as const,
]);

/** Null for what JavaScript runs over the same memory. */
export function nativeKernel(statement: KernelStatement): NativeKernel | null {
  return makers.get(statement.callee)?.(statement) ?? null;
}

/** Of operands of one dtype, with all sizes known but the number of images. */
function convolution(name: ConvolutionName, statement: KernelStatement): NativeKernel | null {
  const dtype = commonDtype(statement);
  const geometry = geometryOf(statement);
  if (dtype === null || geometry === null) return null;
  const kernel = convolutionKernel(name, dtype, geometry);
  return {
    products: convolutionProducts(kernel),
    functions: convolutionFunctions(kernel),
    scratch: convolutionScratchBytes(kernel, geometry),
    calls: (values, scratch) =>
      convolutionCalls(kernel, geometry, {
        operands: values.slice(0, 3),
        images: values[3] ?? "",
        scratch,
      }),
  };
}

function poolPositions({ arguments: [x] }: KernelStatement): NativeKernel | null {
  const dtype = x?.kind === "buffer" ? floatOf(x) : null;
  if (dtype === null) return null;
  const name = poolPositionsName(dtype);
  return {
    products: [],
    functions: [{ name, text: () => poolPositionsFunction(dtype) }],
    scratch: 0,
    calls: (values) => [call(name, ...values)],
  };
}

function floatOf({ dtype }: Buffer): Dtype | null {
  return dtype === "f32" || dtype === "f64" ? dtype : null;
}

function commonDtype({ arguments: parts }: KernelStatement): Dtype | null {
  const buffers = parts.filter((part): part is Buffer => part.kind === "buffer");
  const [dtype = null, ...others] = new Set(buffers.map(floatOf));
  return others.length === 0 ? dtype : null;
}

function geometryOf({ arguments: parts }: KernelStatement): Geometry | null {
  const numbers = parts
    .slice(4)
    .map((part) => (part.kind === "dim" || part.kind === "number" ? Number(part.value) : NaN));
  const geometry = Object.fromEntries(geometryNames.map((name, i) => [name, numbers[i]]));
  return isGeometry(geometry) ? geometry : null;
}

/** Sizes of 0 leave nothing to do, and are left to JavaScript. */
function isGeometry(found: Readonly<Record<string, number | undefined>>): found is Geometry {
  return geometryNames.every((name) => {
    const value = found[name];
    return value !== undefined && value >= (name.startsWith("padding") ? 0 : 1);
  });
}
