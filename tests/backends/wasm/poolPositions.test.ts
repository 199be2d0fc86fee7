import { expect, test } from "vitest";
import {
  poolPositionsFunction,
  poolPositionsName,
} from "../../../compiler/backends/wasm/kernels/poolPositions.js";
import { poolPositions } from "../../../runtime/poolPositions.js";
import { random } from "../../../runtime/random.js";
import { textModule } from "./kernelsSupport.js";

const dtypes = ["f32", "f64"] as const;
const module = textModule(
  dtypes.map(poolPositionsFunction).join("\n"),
  dtypes.map(poolPositionsName),
  2,
);
const { buffer } = module;
const numbers = random(5);
const among = (least: number, most: number): number => least + numbers.integer(most - least + 1);

/** Few different values, so that there are ties; infinities, and NaN too. */
const values = [-Infinity, -1, 0, 0.5, 0.5, 2, 3, Infinity, NaN];

type Axis = ReturnType<typeof axis>;

function axis() {
  const window = among(1, 4);
  const padding = among(0, window >> 1);
  const stride = among(1, 3);
  const size = Math.max(1, window - 2 * padding) + among(0, 14);
  return {
    size,
    window,
    stride,
    padding,
    count: Math.floor((size + 2 * padding - window) / stride) + 1,
  };
}

/** Every window's elements in a list, of which the first NaN is taken, or else the first that is the largest. */
function listed(
  data: readonly number[],
  planes: number,
  vertical: Axis,
  horizontal: Axis,
): number[] {
  const inside = ({ padding, size, stride, window }: Axis, p: number): readonly number[] =>
    Array.from({ length: window }, (_, i) => p * stride - padding + i).filter(
      (at) => at >= 0 && at < size,
    );
  const plane = vertical.size * horizontal.size;
  const upTo = (count: number) => [...Array(count).keys()];
  return upTo(planes).flatMap((n) =>
    upTo(vertical.count).flatMap((p) =>
      upTo(horizontal.count).map((q) => {
        const positions = inside(vertical, p).flatMap((h) =>
          inside(horizontal, q).map((w) => h * horizontal.size + w),
        );
        const found = positions.map((position) => data[n * plane + position]!);
        const missing = found.findIndex(Number.isNaN);
        return positions[missing >= 0 ? missing : found.indexOf(Math.max(...found))]!;
      }),
    ),
  );
}

test.each(dtypes)("%s: positions in the runtime and in WebAssembly", (dtype) => {
  for (let round = 0; round < 400; round++) {
    const [v, h, planes] = [axis(), axis(), among(0, 3)];
    const length = planes * v.size * h.size;
    const kinds = round % 4 === 0 ? 1 : among(2, values.length);
    const data = Array.from({ length }, () => values[numbers.integer(kinds)]!);
    const ends = [v.window, h.window, v.stride, h.stride, v.padding, h.padding] as const;
    const sizes = [planes, v.size, h.size, v.count, h.count, ...ends] as const;
    const expected = listed(data, planes, v, h);
    const plain = new Int32Array(expected.length);
    const x =
      dtype === "f32" ? new Float32Array(buffer, 64, length) : new Float64Array(buffer, 64, length);
    x.set(data);
    poolPositions(x, plain, ...sizes);
    expect([...plain]).toEqual(expected);
    const start = 65536;
    const found = new Int32Array(buffer, start, expected.length + 1).fill(-7);
    module.call(poolPositionsName(dtype), 64, start, ...sizes);
    expect([...found]).toEqual([...expected, -7]);
  }
});
