import { blocksFunction, blocksName, blocksScratchBytes, type KnownSizes } from "./blocks.js";
import { plainEpilogue } from "./epilogue.js";
import { finishFunction } from "./finish.js";
import { finishName, kernelParameters, type MatmulKernel, storePanelName } from "./kernel.js";
import { type Lanes, lanesOf } from "./lanes.js";
import {
  packColumnsFunction,
  packRowsFunction,
  packRowStripsFunction,
  packStripsFunction,
} from "./pack.js";
import { type LeftLayout, type Panel, panelFunction } from "./panel.js";
import { dotsFunction, scaledRowsFunction, storeLanesFunction } from "./rows.js";
import { columnFunction, columnName, fewRowsFunction, fewRowsName, thinSumsBytes } from "./thin.js";
import { call, get, lines, params, when } from "./text.js";

export interface KernelOptions {
  /** Multiply and add in one instruction of relaxed SIMD. */
  readonly relaxed: boolean;
}

/** The functions of the wanted kernels, and those they share, as WebAssembly text. */
export function matmulKernels(
  wanted: readonly MatmulKernel[],
  options: KernelOptions = { relaxed: false },
): string {
  const dtypes = new Set(wanted.map(({ dtype }) => dtype));
  return lines(
    ...[...dtypes].flatMap((dtype) =>
      sharedFunctions(
        wanted.filter((kernel) => kernel.dtype === dtype),
        lanesOf(dtype),
        options,
      ),
    ),
    ...wanted.flatMap((kernel) => kernelFunctions(kernel, tileRowsOf(options))),
  );
}

/** With separate products, 4 rows of 2 vectors and what they need fill the registers; fused ones leave room for 6. */
export const tileRowsOf = ({ relaxed }: KernelOptions): number => (relaxed ? 6 : 4);

function sharedFunctions(
  wanted: readonly MatmulKernel[],
  lanes: Lanes,
  { relaxed }: KernelOptions,
): readonly string[] {
  const tileRows = tileRowsOf({ relaxed });
  const layouts: readonly LeftLayout[] = wanted.every(({ transposeA }) => transposeA)
    ? ["strips"]
    : ["rows", "strips"];
  const panels = layouts.flatMap((left) =>
    [1, 2].map((vectors): Panel => ({ lanes, left, tileRows, vectors, relaxed })),
  );
  const someNot = (transposed: (kernel: MatmulKernel) => boolean): boolean =>
    !wanted.every(transposed);
  return [
    storeLanesFunction(lanes),
    ...[...new Set(wanted.map(({ accumulate }) => accumulate))].map((adds) =>
      finishFunction({
        name: storePanelName(lanes.dtype, adds),
        lanes,
        epilogue: plainEpilogue,
        adds,
      }),
    ),
    scaledRowsFunction({ lanes, relaxed }),
    ...panels.map(panelFunction),
    ...(someNot((kernel) => kernel.transposeA) ? [dotsFunction({ lanes, relaxed })] : []),
    ...(someNot((kernel) => kernel.transposeB) ? [packRowsFunction(lanes)] : []),
    ...(someNot((kernel) => !kernel.transposeB) ? [packColumnsFunction(lanes)] : []),
    ...(someNot((kernel) => !kernel.transposeA) ? [packStripsFunction(lanes, tileRows)] : []),
    ...(someNot((kernel) => kernel.transposeA) ? [packRowStripsFunction(lanes, tileRows)] : []),
  ];
}

function kernelFunctions(kernel: MatmulKernel, tileRows: number): readonly string[] {
  const { dtype, epilogue, name } = kernel;
  const parameters = kernelParameters(kernel);
  const handOn = (callee: string): readonly string[] => [
    call(callee, ...parameters.map(get)),
    "(return)",
  ];
  const lanes = lanesOf(dtype);
  const finished =
    epilogue === undefined
      ? []
      : [finishFunction({ name: finishName(kernel), lanes, epilogue, adds: kernel.accumulate })];
  // Rows of Aᵀ are not contiguous, as dot products with rows of B would need.
  const hasFewRows = !(kernel.transposeA && kernel.transposeB);
  return [
    ...finished,
    columnFunction(kernel),
    ...(hasFewRows ? [fewRowsFunction(kernel)] : []),
    blocksFunction(kernel, tileRows),
    lines(
      `(func $${name} ${params(...parameters)}`,
      when(`(i32.eqz ${get("rows")})`, "(return)"),
      when(`(i32.eq ${get("columns")} (i32.const 1))`, ...handOn(columnName(kernel))),
      ...(hasFewRows
        ? [when(`(i32.lt_u ${get("rows")} (i32.const 4))`, ...handOn(fewRowsName(kernel)))]
        : []),
      ...handOn(blocksName(kernel)),
      ")",
    ),
  ];
}

/** Bytes the scratch of a kernel needs, for the sizes known; bounded for any others. */
export function matmulScratchBytes(kernel: MatmulKernel, sizes: KnownSizes): number {
  return Math.max(thinSumsBytes(kernel), blocksScratchBytes(kernel, sizes));
}
