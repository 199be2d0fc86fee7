import { describe, expect, test } from "vitest";
import { body, run, typescript } from "./support.js";

type Scalar = (x: number, y: number) => number;

/** Scalar functions: each is both compiled and run as it stands. */
const scalar: readonly (readonly [name: string, model: Scalar])[] = [
  [
    "reassignment",
    (x, y) => {
      let s = x;
      s = s * y;
      s += 1;
      s -= x;
      s **= 2;
      s %= 7;
      return s;
    },
  ],
  [
    "if and else",
    (x, y) => {
      let s = 0;
      if (x > y) {
        s = x;
      } else if (x < -y) s = y;
      else {
        s = x * y;
      }
      return s;
    },
  ],
  [
    "one branch assigns",
    (x, y) => {
      let s = x;
      let t = y;
      if (x > 1) {
        t = s;
        s = s * 2;
      }
      return s + t;
    },
  ],
  [
    "early return",
    (x, y) => {
      if (x > 2) return y;
      const s = x * y;
      if (s < 0) {
        return s;
      }
      return s + 1;
    },
  ],
  [
    "return from both branches",
    (x, y) => {
      if (x > y) {
        return x;
      } else {
        return y * 2;
      }
    },
  ],
  [
    "return inside nested branches",
    (x, y) => {
      let s = 1;
      if (x > 0) {
        if (y > 0) return x;
        s = 2;
      } else {
        s = 3;
        if (y > 1) {
          return s * y;
        }
      }
      s = s * x;
      return s + y;
    },
  ],
  [
    "declared, then assigned on every path",
    (x) => {
      let s;
      if (x > 0) {
        s = x;
      } else {
        s = -x;
      }
      return s;
    },
  ],
  [
    "ternaries",
    (x, y) => {
      return x > 0 ? (y > 0 ? x : y) : x > -2 ? 5 : x * y;
    },
  ],
  [
    "a loop",
    (x) => {
      let s = 0;
      for (let i = 0; i < 5; i++) {
        s += x * i;
      }
      return s;
    },
  ],
  [
    "a loop counting down by steps",
    (x, y) => {
      let s = y;
      for (let i = 9; i > 0; i -= 3) s = s * x + i;
      return s;
    },
  ],
  [
    "nested loops",
    (x) => {
      let s = 0;
      for (let i = 0; i < 4; i++) for (let j = i; j < 4; j++) s += x ** j * i;
      return s;
    },
  ],
  [
    "a loop with branches and a return",
    (x, y) => {
      let s = 0;
      for (let i = 1; i < 6; i++) {
        s += x;
        if (s > 4) return s * i;
        if (i % 2 === 0) s += y;
      }
      return -s;
    },
  ],
  [
    "for of a list",
    (x, y) => {
      let s = 0;
      for (const [a, b] of [
        [1, x],
        [2, y],
      ] as const)
        s += a * b;
      return s;
    },
  ],
  [
    "destructuring",
    (x, y) => {
      const [a, , b] = [x, 1, y];
      const {
        p,
        q: { r },
      } = { p: a, q: { r: b } };
      return p - r;
    },
  ],
  [
    "an arrow function",
    (x, y) => {
      const scale = 3;
      const f = (u: number) => u * scale + x;
      const g = (u: number) => {
        const v = f(u);
        return v * 2;
      };
      return g(y);
    },
  ],
  [
    "logic",
    (x, y) => {
      return (x > 0 && y > 0) || !(x < y) ? 1 : 0;
    },
  ],
];

const points = [
  [3, 2],
  [-3, 2],
  [0.5, -1],
  [-1.5, -2],
  [1, 1.5],
] as const;

describe("scalar functions give what they give as JavaScript", () => {
  test.each(scalar)("%s", (_name, reference) => {
    const text = String(reference);
    const model = typescript(
      `export function f(x: number, y: number) ${text.slice(text.indexOf("{"))}`,
    );
    expect(model.codes.filter((code) => code !== "FG404")).toEqual([]);
    for (const [x, y] of points) {
      expect(run(model, { x, y })["value"], `at ${x}, ${y}`).toBeCloseTo(reference(x, y), 12);
    }
  });
});

describe("branches", () => {
  test("merge only what differs, under the variable's name", () => {
    const model = typescript(`export function f(x: number) {
      let s = x * 2; let t = x * 3;
      if (x > 0) { s = s + 1; }
      return s * t;
    }`);
    expect(body(model)).toEqual([
      "%0:s = mul(x, 2) : f64",
      "%1:t = mul(x, 3) : f64",
      "%2 = greater(x, 0) : bool",
      "%3:s = add(%0, 1) : f64",
      "%4:s = where(%2, %3, %0) : f64",
      "%5:value = mul(%4, %1) : f64",
    ]);
  });

  test("objects and lists merge leaf by leaf", () => {
    const model = typescript(`export function f(x: number) {
      if (x > 0) return { a: x, b: [1, x * 2] };
      return { b: [1, -x], a: 0 };
    }`);
    expect(run(model, { x: 3 })).toEqual({ a: 3, "b.0": 1, "b.1": 6 });
    expect(run(model, { x: -3 })).toEqual({ a: 0, "b.0": 1, "b.1": 3 });
  });

  test("a number broadcasts against a tensor", () => {
    const model = typescript(`import { type Tensor } from "flatgrad";
      export function f(x: Tensor<[2], "f64">, c: number) { return c > 0 ? x : 0; }`);
    expect(run(model, { x: [1, 2], c: 1 })).toEqual({ value: [1, 2] });
    expect(run(model, { x: [1, 2], c: -1 })).toEqual({ value: [0, 0] });
  });
});

test("for of a tensor goes through its rows", () => {
  const model = typescript(`import { sum, type Tensor } from "flatgrad";
    export function f(x: Tensor<[3, 2], "f64">) {
      let s = 1;
      for (const row of x) s = s * sum(row);
      const [first, second] = x;
      return s + first[0] + second[1];
    }`);
  const x = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  expect(run(model, { x })).toEqual({ value: 3 * 7 * 11 + 1 + 4 });
});

test("blocks have names of their own", () => {
  const model = typescript(`export function f(x: number, y: number) {
    let s = x;
    { const s = y; { let x = s; x += 1; } }
    return s;
  }`);
  expect(run(model, { x: 3, y: 5 })).toEqual({ value: 3 });
});

test("what is known at build time decides at build time", () => {
  const model = typescript(`export function f(x: number, y: number) {
    let s = 0;
    if (1 + 1 === 2) { s = x; } else { s = unknown; }
    return true ? s + y : 0;
  }`);
  expect(body(model)).toEqual(["%0:value = add(x, y) : f64"]);
});
