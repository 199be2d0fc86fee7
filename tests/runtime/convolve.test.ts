import { describe, expect, test } from "vitest";
import { geometryNames } from "../../compiler/backends/wasm/kernels/convolveCall.js";
import { convolve, convolveFilters, convolveInput } from "../../runtime/convolve.js";
import { convolve64, convolveFilters64, convolveInput64 } from "../../runtime/convolve64.js";
import { random } from "../../runtime/random.js";
import {
  particularConvolutions,
  largestError,
  plainConvolution,
  randomConvolution,
  type Convolution,
} from "../support/convolutions.js";

const generator = random(11);
const convolutions = [
  ...Array.from({ length: 120 }, () => randomConvolution(generator)),
  ...particularConvolutions(generator),
];

type Sizes =
  Parameters<typeof convolve> extends readonly [unknown, unknown, unknown, ...infer Rest]
    ? Rest
    : never;

const sizesOf = ({ geometry, images }: Convolution): Sizes =>
  [images, ...geometryNames.map((name) => geometry[name])] as Sizes;

/** More than rounding each term and each sum of a few hundred needs, far less than a term. */
const mostUnits = 40;

describe.each(convolutions)("$title", (convolution) => {
  const { w, x, y } = convolution;
  const sizes = sizesOf(convolution);
  const expected = plainConvolution(convolution);

  test("f32", () => {
    const [x32, w32, y32] = [x, w, y].map((data) => Float32Array.from(data)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const [y1, x1, w1] = [y32, x32, w32].map(({ length }) =>
      new Float32Array(length).fill(NaN),
    ) as [Float32Array, Float32Array, Float32Array];
    convolve(x32, w32, y1, ...sizes);
    convolveInput(y32, w32, x1, ...sizes);
    convolveFilters(x32, y32, w1, ...sizes);
    expect(largestError(y1, expected.y)).toBeLessThan(mostUnits);
    expect(largestError(x1, expected.x)).toBeLessThan(mostUnits);
    expect(largestError(w1, expected.w)).toBeLessThan(mostUnits);
  });

  test("f64, and operands in f32", () => {
    const [x64, w64, y64] = [x, w, y].map((data) => Float64Array.from(data)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const [y1, x1, w1] = [y64, x64, w64].map(({ length }) =>
      new Float64Array(length).fill(NaN),
    ) as [Float64Array, Float64Array, Float64Array];
    convolve64(Float32Array.from(x), w64, y1, ...sizes);
    convolveInput64(y64, Float32Array.from(w), x1, ...sizes);
    convolveFilters64(x64, y64, w1, ...sizes);
    expect(largestError(y1, expected.y)).toBeLessThan(mostUnits);
    expect(largestError(x1, expected.x)).toBeLessThan(mostUnits);
    expect(largestError(w1, expected.w)).toBeLessThan(mostUnits);
  });
});
