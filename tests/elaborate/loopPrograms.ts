import type { Numbers } from "./asJavaScript.js";

/** A program, run as it stands at these points. */
export type LoopProgram = readonly [
  name: string,
  text: string,
  points: readonly (readonly Numbers[])[],
];

const arrays: readonly (readonly Numbers[])[] = [
  [[1, 2, 3]],
  [[0.5]],
  [[2, -1, 0.5, 3, 1, -2, 4, 0.25, 1.5, -0.75]],
];
const withNumber = (numbers: readonly number[]): readonly (readonly Numbers[])[] =>
  arrays.flatMap(([x = []]) => numbers.map((c) => [x, c]));

export const loopPrograms: readonly LoopProgram[] = [
  [
    "a sum over a named size",
    `export function f(x: Tensor<["N"], "f64">) {
      let s = 0;
      for (let i = 0; i < x.length; i++) s += x[i] * i;
      return s;
    }`,
    [...arrays, [[]]],
  ],
  [
    "Rosenbrock",
    `export function f(x: Tensor<["N"], "f64">) {
      let s = 0;
      for (let i = 0; i < x.length - 1; i++) {
        const a = x[i + 1] - x[i] ** 2;
        s += 100 * a ** 2 + (1 - x[i]) ** 2;
      }
      return s;
    }`,
    arrays,
  ],
  [
    "counting down, by steps, to bounds of all kinds",
    `export function f(x: Tensor<["N"], "f64">, n: number) {
      let s = 0;
      for (let i = x.length - 1; i >= 0; i--) s = s * 0.5 + x[i];
      for (let i = 0; i < x.length; i += 3) s = s * 0.5 + x[i];
      for (let i = 20; i > 3; i -= 4) s += i * s * 0.01;
      for (let i = 1; i <= n; i++) s += 1 / i;
      for (let i = 0; i < n; i += 2) s += 0.1 * i;
      for (let i = 10; i > n; i--) s -= 0.01 * i;
      for (let i = 10; i >= n; i--) s -= 0.02 * i;
      for (let i = 0; 12 > i; ++i) s += i * 0.001;
      for (let i = 0; i !== 15; i++) s += i * 0.002;
      for (let i = 12; i != 0; i--) s += i * 0.003;
      return s;
    }`,
    withNumber([0, 1, 2.5, 7, -3]),
  ],
  [
    "a step that is not whole, and one that grows",
    `export function f(x: number) {
      let s = 0;
      for (let t = 0.5; t < 6; t += 0.5) s += x * t;
      for (let k = 1; k < 1000; k *= 2) s += x / k;
      return s;
    }`,
    [[1.5], [-2]],
  ],
  [
    "an index that is used after the loop, and one changed inside",
    `export function f(x: Tensor<["N"], "f64">) {
      let i;
      let s = 0;
      for (i = 0; i < x.length; i++) {
        s += x[i];
        if (s > 3) break;
      }
      for (let j = 0; j < x.length; j++) {
        s += x[j];
        if (x[j] > 1) j += 1;
      }
      return s + i;
    }`,
    arrays,
  ],
  [
    "a bound that depends on a parameter and changes in the loop",
    `export function f(x: Tensor<["N"], "f64">, n: number) {
      let s = 0;
      let end = n;
      for (let i = 0; i < end; i++) {
        s += i;
        if (s > 4) end = i;
      }
      return s + end * x[0];
    }`,
    withNumber([0, 3, 10]),
  ],
  [
    "while, to a tolerance",
    `export function f(x: number) {
      let y = x;
      let k = 0;
      while (Math.abs(y * y - x) > 1e-12) {
        y = 0.5 * (y + x / y);
        k++;
      }
      return y + k;
    }`,
    [[2], [9], [0.3]],
  ],
  [
    "do … while",
    `export function f(x: number) {
      let y = x;
      let k = 0;
      do {
        y = y * 0.7 + 1;
        k += 1;
        if (k === 3) continue;
        y -= 0.05;
      } while (y < 3 && k < 30);
      return y * k;
    }`,
    [[0], [5], [-4]],
  ],
  [
    "break, continue and return",
    `export function f(x: Tensor<["N"], "f64">, c: number) {
      let s = 0;
      for (let i = 0; i < x.length; i++) {
        if (x[i] < 0) continue;
        if (x[i] === c) return s * 100;
        s += x[i];
        if (s > 5) break;
        s *= 1.5;
      }
      return s;
    }`,
    withNumber([3, 100, 0.5]),
  ],
  [
    "a return from inner loops",
    `export function f(x: Tensor<["N"], "f64">, c: number) {
      let s = 0;
      for (let i = 0; i < x.length; i++) {
        for (let j = i + 1; j < x.length; j++) {
          s += x[i] * x[j];
          if (s > c) return [s, i, j];
        }
        s += 0.25;
      }
      return [s, -1, -1];
    }`,
    withNumber([0, 2, 1000]),
  ],
  [
    "an endless loop that is left",
    `export function f(x: number) {
      let y = x;
      let k = 0;
      while (true) {
        k++;
        y = y / 2;
        if (y < 0.01) break;
      }
      for (;;) {
        y += 0.3;
        if (y > 2) return y * k;
      }
    }`,
    [[3], [100], [0.001]],
  ],
  [
    "one iteration, and none",
    `export function f(x: Tensor<["N"], "f64">, n: number) {
      let s = 1;
      for (let i = 0; i < 1; i++) s *= x[i] + 2;
      for (let i = 5; i < 5; i++) s = 100;
      for (let i = 0; i < n; i++) s *= 3;
      while (s < -1e9) s += 1;
      return s;
    }`,
    withNumber([0, 1, -1]),
  ],
  [
    "a value that is overwritten in the loop and read after",
    `export function f(x: Tensor<["N"], "f64">) {
      let last = 7;
      let s = 0;
      for (let i = 0; i < x.length; i++) {
        s += last * x[i];
        last = x[i] * 2;
        s += last;
      }
      return s * last;
    }`,
    [...arrays, [[]]],
  ],
  [
    "a divisor that changes in the loop",
    `export function f(x: Tensor<["N"], "f64">, d: number) {
      let s = 1;
      let q = d;
      for (let i = 0; i < x.length; i++) {
        s = s / q + x[i];
        q = q + x[i] * x[i];
      }
      return s / q;
    }`,
    withNumber([1, 2.5]),
  ],
  [
    "branches with one side inert, swapped",
    `export function f(x: Tensor<["N"], "f64">) {
      let s = 0;
      let m = x[0];
      for (let i = 0; i < x.length; i++) {
        if (x[i] > 1) s += x[i] ** 2;
        if (x[i] > 1) {
        } else {
          s -= x[i];
        }
        if (x[i] > m) m = x[i];
        s += x[i] > 0 ? x[i] : 1;
      }
      return s * m;
    }`,
    arrays,
  ],
  [
    "variables named like adjoints",
    `export function f(x: Tensor<["N"], "f64">, c: number) {
      let dx = 1;
      let dc = c;
      let trips = 0;
      let left = 2;
      for (let i = 0; i < x.length; i++) {
        dx = dx * x[i] + dc;
        dc = dx * 0.5;
        trips += 1;
        if (dc > 50) break;
        left += dc;
      }
      return dx + dc * trips + left;
    }`,
    withNumber([1, 60]),
  ],
  [
    "nested loops with triangular bounds",
    `export function f(x: Tensor<["N"], "f64">) {
      let s = 0;
      for (let i = 0; i < x.length; i++) {
        for (let j = i + 1; j < x.length; j++) s += (x[i] - x[j]) ** 2;
        for (let k = 0; k <= i; k++) s += x[k] * x[i - k];
      }
      return s;
    }`,
    arrays,
  ],
  [
    "tuples and objects that are carried",
    `export function f(x: Tensor<["N"], "f64">) {
      let p = { u: 1, v: [0, 2] };
      let [a, b] = [0, 1];
      for (let i = 0; i < x.length; i++) {
        p = { u: p.u + p.v[1] * x[i], v: [p.u, p.v[0] + 1] };
        const next = a + b;
        a = b;
        b = next;
      }
      return [p.u, p.v[0], p.v[1], a, b];
    }`,
    arrays,
  ],
  [
    "Fibonacci numbers beyond 32 bits, and whole numbers as positions",
    `export function f(x: Tensor<["N"], "f64">) {
      let a = 0;
      let b = 1;
      for (let i = 0; i < 60; i++) {
        const c = a + b;
        a = b;
        b = c;
      }
      let s = 0;
      let stride = 1;
      while (stride < x.length) {
        s += x[stride] * x[Math.floor(stride / 2)];
        stride *= 2;
      }
      return s + (a % 1000);
    }`,
    arrays,
  ],
  [
    "searching in halves",
    `export function f(x: Tensor<["N"], "f64">, c: number) {
      let low = 0;
      let high = x.length - 1;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (x[middle] < c) low = middle + 1;
        else high = middle;
      }
      return x[low] * 10 + low;
    }`,
    [
      [[1, 2, 4, 8, 16, 32], 5],
      [[1, 2, 4, 8, 16, 32], 0],
      [[1, 2, 4, 8, 16, 32], 100],
      [[3], 1],
    ],
  ],
  [
    "a condition that guards its right side",
    `export function f(x: Tensor<["N"], "f64">) {
      let k = 0;
      while (k < x.length && x[k] > 0) k += 1;
      let s = 0;
      for (let i = 0; i < x.length; i++) {
        if (i > 0) s += x[i - 1] * x[i];
        if (i === 0 || x[i - 1] > 1) s += 1;
        s += i + 2 < x.length ? x[i + 2] : 0.5;
      }
      return s + k;
    }`,
    arrays,
  ],
  [
    "for … of over an array, and of a list",
    `export function f(x: Tensor<["N"], "f64">) {
      let s = 0;
      for (const v of x) {
        if (v < 0) continue;
        s = s * 0.9 + v;
      }
      for (const w of [1, 2, 3]) s += w * x[0];
      return s;
    }`,
    arrays,
  ],
  [
    "writes into a local array",
    `export function f(x: Tensor<["N"], "f64">) {
      const y = new Float64Array(x.length);
      for (let i = 0; i < x.length; i++) {
        y[i] = x[i] * 2;
        if (i > 0) y[i] += y[i - 1];
        y[i] -= 0.5;
        y[i] *= 1.5;
      }
      return y;
    }`,
    arrays,
  ],
  [
    "an array that is read and written at once",
    `export function f(x: Tensor<["N"], "f64">) {
      const y = new Float64Array(x);
      let s = 0;
      for (let i = 1; i < x.length; i++) {
        const before = y[i];
        y[i] = y[i] * y[i - 1];
        s += before * y[i];
        y[i - 1] = before;
      }
      for (let i = 0; i < x.length; i++) s += y[i] * i;
      return s;
    }`,
    arrays,
  ],
  [
    "writes under conditions, at positions that may be out of range",
    `export function f(x: Tensor<["N"], "f64">, c: number) {
      const y = new Float64Array(x.length);
      for (let i = 0; i < x.length; i++) {
        if (x[i] > c) y[i] = x[i];
        else y[i] -= 1;
        const k = i * 2;
        if (k < x.length) y[k] += 10;
        if (k + 1 < x.length) {
          const t = y[k];
          y[k] = y[k + 1];
          y[k + 1] = t;
        }
      }
      if (c > 1) for (let i = 0; i < x.length; i++) y[i] *= 2;
      return y;
    }`,
    withNumber([0, 2]),
  ],
  [
    "two names of one array",
    `function bump(v: Float64Array, i: number): void {
      v[i] += 1;
    }
    function first({ a, b }: { a: Float64Array; b: number }) {
      a[0] = b;
      return a;
    }
    export function f(x: Tensor<["N"], "f64">) {
      const y = new Float64Array(x.length);
      const z = y;
      for (let i = 0; i < x.length; i++) {
        z[i] = x[i];
        bump(y, i);
        y[i] = y[i] + z[i];
      }
      const w = first({ a: z, b: 5 });
      w[0] += 0.5;
      return y[0] + z[0] * 10 + y[y.length - 1];
    }`,
    arrays,
  ],
  [
    "arrays that change places",
    `export function f(x: Tensor<["N"], "f64">) {
      let a = new Float64Array(x);
      let b = new Float64Array(x.length);
      for (let t = 0; t < 11; t++) {
        for (let i = 0; i < x.length; i++) {
          b[i] = a[i] * 0.5;
          if (i > 0) b[i] += a[i - 1] * 0.25;
        }
        const c = a;
        a = b;
        b = c;
      }
      return [a[0], b[0], a[x.length - 1], b[x.length - 1]];
    }`,
    arrays,
  ],
  [
    "a new array in each iteration",
    `export function f(x: Tensor<["N"], "f64">) {
      let s = 0;
      let kept = new Float64Array(3);
      for (let i = 0; i < x.length; i++) {
        const t = new Float64Array(3);
        for (let j = 0; j < 3; j++) t[j] = x[i] * j + kept[j];
        t[1] += 1;
        s += t[2] * t[1];
        kept = t;
      }
      return s + kept[2];
    }`,
    arrays,
  ],
  [
    "matrices",
    `import { zeros } from "flatgrad";
    export function f(W: Tensor<["N", "N"], "f64">) {
      const A = zeros([W.length, W.length]);
      const n = W.length;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) A[i][j] = W[i][j] + (i === j ? 1 : 0);
      let det = 1;
      for (let k = 0; k < n; k++) {
        let p = k;
        for (let i = k + 1; i < n; i++) if (Math.abs(A[i][k]) > Math.abs(A[p][k])) p = i;
        if (p !== k) {
          for (let j = 0; j < n; j++) {
            const t = A[k][j];
            A[k][j] = A[p][j];
            A[p][j] = t;
          }
          det = -det;
        }
        det *= A[k][k];
        for (let i = k + 1; i < n; i++) {
          const row = A[i];
          const factor = row[k] / A[k][k];
          for (let j = k; j < n; j++) row[j] -= factor * A[k][j];
        }
      }
      return det;
    }`,
    [
      [
        [
          [0.2, 2, 1],
          [3, 0.5, -1],
          [1, -4, 2],
        ],
      ],
      [[[2]]],
      [
        [
          [1, 2],
          [5, 1],
        ],
      ],
    ],
  ],
  [
    "positions from an array of integers",
    `export function f(x: Tensor<["N"], "f64">, idx: Tensor<["K"], "i32">) {
      const count = new Int32Array(x.length);
      let s = 0;
      for (let k = 0; k < idx.length; k++) {
        const at = idx[k];
        count[at] += 1;
        s += x[idx[k]] * count[at];
      }
      return s;
    }`,
    [
      [
        [1, 2, 3, 4],
        [0, 3, 3, 1, 0, 3, 2, 2, 0],
      ],
    ],
  ],
  [
    "map, reduce and forEach",
    `export function f(x: Tensor<["N"], "f64">) {
      const y = x.map((v, i) => v * v + i);
      let s = 0;
      y.forEach((v, i) => {
        if (i > 1) s += v;
      });
      const copy = y.slice();
      copy[0] = 100;
      const filled = new Array(3).fill(2);
      filled[1] += x[0];
      return [
        s,
        x.reduce((a, b) => a + b, 0),
        x.reduce((a, b) => Math.max(a, b)),
        [1, 2, 3].map((k) => k * x[0]).reduce((a, b) => a * b, 1),
        y[0] + copy[0],
        filled.reduce((a, b) => a + b, 0),
      ];
    }`,
    arrays,
  ],
  [
    "helpers with loops, called in loops, and closures",
    `function power(x: number, n: number) {
      let p = 1;
      for (let i = 0; i < n; i++) p *= x;
      return p;
    }
    function find(x: Tensor, c: number) {
      for (let i = 0; i < x.length; i++) if (x[i] > c) return i;
      return -1;
    }
    export function f(x: Tensor<["N"], "f64">, n: number) {
      let s = 0;
      const add = (v: number) => {
        if (v < 0) return;
        s += v;
      };
      for (let i = 0; i < x.length; i++) {
        add(power(x[i], n));
        const clip = (v: number) => {
          if (v > 3) return 3;
          return v + i;
        };
        s += clip(x[i]);
      }
      return s + find(x, 1.2);
    }`,
    withNumber([0, 2, 3]),
  ],
  [
    "a function that returns before it changes what is around it",
    `export function f(x: number, c: number) {
      let s = 1;
      const y = new Float64Array(2);
      const change = (v: number) => {
        if (v > c) return v;
        s = 10;
        y[0] = v;
        if (v < 0) {
          y[1] = 1;
          return 0;
        }
        s += v;
        return s;
      };
      const a = change(x);
      const b = change(x - 2);
      return [a, b, s, y[0], y[1]];
    }`,
    [
      [1, 2],
      [3, 2],
      [5, 2],
      [-1, 2],
    ],
  ],
  [
    "an array that comes out of conditions, and is written under others",
    `function make(x: number, n: number) {
      let s = x;
      if (x > 10) s = 10;
      const scale = (v: number) => {
        if (v > 3) return 3;
        if (v < -3) return -3;
        const t = new Float64Array(2);
        t[0] = v;
        return t[0] + n;
      };
      const y = new Float64Array(3);
      y[0] = scale(s);
      return y;
    }
    function pick(y: Float64Array, c: number) {
      if (c > 1) return y[0];
      y[1] = c;
      const z = new Float64Array(y);
      if (c > 0) return z[1];
      z[2] = 5;
      y[2] = 7;
      return z[2] * c;
    }
    export function f(x: number, c: number) {
      const y = make(x, 2);
      if (c > 0.5) y[1] += 3;
      const a = pick(y, c);
      if (x > 0) {
        y[0] *= 2;
        if (c < 0) y[2] -= 1;
      }
      return [a, y[0], y[1], y[2]];
    }`,
    [
      [1, 2],
      [5, 0.7],
      [-5, -1],
      [2, -1],
      [-1, 0.2],
    ],
  ],
  [
    "an array made by a function that may have returned before",
    `function start(x: number): readonly [Float64Array, number] {
      const y = new Float64Array(2);
      if (x > 2) return [y, 1];
      y[0] = x;
      const z = new Float64Array(y);
      if (x > 1) return [y, z[0]];
      y[1] = 2 * x;
      return [y, y[1]];
    }
    export function f(x: number, c: number) {
      const [y, s] = start(x);
      if (c > 0) y[0] += c;
      else if (c > -1) y[1] = c * s;
      return y[0] * s + y[1];
    }`,
    [
      [3, 1],
      [1.5, -0.5],
      [0.5, -2],
      [0.2, 2],
    ],
  ],
  [
    "Runge–Kutta steps",
    `function slope(p: number, q: number, k: number): readonly [number, number] {
      return [q, -k * p - 0.1 * q];
    }
    export function f(k: number) {
      let [p, q] = [1, 0];
      const h = 0.01;
      for (let t = 0; t < 100; t++) {
        const [a1, b1] = slope(p, q, k);
        const [a2, b2] = slope(p + 0.5 * h * a1, q + 0.5 * h * b1, k);
        const [a3, b3] = slope(p + 0.5 * h * a2, q + 0.5 * h * b2, k);
        const [a4, b4] = slope(p + h * a3, q + h * b3, k);
        p += (h / 6) * (a1 + 2 * a2 + 2 * a3 + a4);
        q += (h / 6) * (b1 + 2 * b2 + 2 * b3 + b4);
      }
      return p * p + q;
    }`,
    [[2], [0.5]],
  ],
  [
    "a particle that falls until it has bounced",
    `export function f(height: number, g: number) {
      let [y, v, t, bounces] = [height, 0, 0, 0];
      while (bounces < 3 && t < 20) {
        v -= g * 0.01;
        y += v * 0.01;
        t += 0.01;
        if (y < 0) {
          y = -y;
          v = -0.8 * v;
          bounces += 1;
        }
      }
      return y + v * t;
    }`,
    [
      [1, 9.81],
      [2, 5],
    ],
  ],
  [
    "a loop that is only run on one path",
    `export function f(x: number, n: number) {
      if (n < 0) return x;
      let y = x;
      let k = 0;
      while (k < n) {
        y = y * 0.5 + 1;
        k++;
      }
      if (y > 1) {
        let z = y;
        while (z > 1) z = z * 0.5;
        y += z;
      }
      return y;
    }`,
    [
      [3, 4],
      [3, -1],
      [0.1, 0],
    ],
  ],
];
