import fc from "fast-check";
import type { Op, ParameterKind } from "../../compiler/ir/op.js";
import { registry } from "../../compiler/ops/index.js";

const OPERATIONS = Array.from(registry.values()).filter(({ internal }) => internal !== true);

const ATOMS = (
  "x y z m s i n b w 0 1 2 -1 3 1.5 1e9 -0.5 1e308 pi inf true None [] [1] [x,y] [1,2] [[1,2],[3,4]] " +
  'x.T x.shape m.shape[0] x[0] m[0] m[:,1] m[::-1] m[5] x[i] x[None] "ii" N M'
).split(" ");

/** Values of options, by the kind of the parameter; some fit. */
const VALUES: Readonly<Record<ParameterKind["kind"], readonly string[]>> = {
  operand: ["x", "m", "0.5"],
  operands: ["[x, x]", "[m, m]", "x", "[]"],
  rest: ["x", "m", "m, m"],
  boolean: ["true", "false", "1"],
  integer: ["0", "1", "2", "-1", "99", "1.5", "N"],
  number: ["0", "1e-5", "-1", "1e9", "inf", "x"],
  string: ['"ij,jk->ik"', '"ij->ji"', '"ii->i"', '"i,i"', '"...ij->"', '"ij"', '""', '"->"'],
  choice: ['"none"', '"sum"', '"mean"', '"other"'],
  axis: ["0", "1", "-1", "-2", "5", "1.5", "null"],
  axes: ["0", "-1", "[0, 1]", "[0, 0]", "[]", "7", "None"],
  shape: ["[2, 3]", "[-1]", "[N, -1]", "[-1, -1]", "[0]", "[N * 3]", "x.shape", "[1e9, 1e9]"],
  integers: ["2", "[1, 2]", "0", "[-1]", "[3, 3]"],
  pairs: ["1", "[[1, 2]]", "[[1, 2], [0, 1]]", "[[-1, 0]]", "[1]"],
};

const HEADERS = [
  "f(x, y) = ",
  "f(x: [3], y: [3], m: [N, 3], i: i32[3], s) = ",
  "f(x: [N, 3], y: [N, 3], z: [3], m: [3, 3], w: [N], n: i32[N], s: f64) = ",
  "f(x: f64[2, 3, 4], y: f32[], m: [M, N], i: i32, n: i32[M], b: bool[3]) = ",
  "f(x: [0], m: [0, 3], w: [2*N + 1], i: i32[0]) = ",
  "f(x: [1, 1], y: [1], m: [N, N], z: [N*N, 4]) = ",
];

/** A call with an argument for each operand, and for some of the options. */
function callText(
  { name, parameters }: Op,
  operands: readonly string[],
  choices: readonly number[],
): string {
  const given = parameters.flatMap(({ name: key, kind, default: fallback }, i) => {
    const choice = choices[i % choices.length] ?? 0;
    if (kind.kind === "operand" && choice < 95) return [operands[i] ?? "x"];
    if (fallback !== undefined && choice % 2 === 0) return [];
    const values = VALUES[kind.kind];
    const value = values[choice % values.length] ?? "x";
    return fallback === undefined ? [value] : [`${key}=${value}`];
  });
  return `${name}(${given.join(", ")})`;
}

const OPERATORS = "+ - * / % ^ @ < <= == != && ||".split(" ");

/** Calls, operators and indices over arguments of all kinds, some of which fit. */
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: fc.constantFrom("x", "y", "m"), weight: 4 },
    { arbitrary: fc.constantFrom(...ATOMS), weight: 1 },
    {
      arbitrary: fc
        .tuple(
          fc.constantFrom(...OPERATIONS),
          fc.array(tie("expression"), { minLength: 4, maxLength: 4 }),
          fc.array(fc.nat(100), { minLength: 8, maxLength: 8 }),
        )
        .map(([op, operands, choices]) => callText(op, operands, choices)),
      weight: 6,
    },
    {
      arbitrary: fc
        .tuple(tie("expression"), fc.constantFrom(...OPERATORS), tie("expression"))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      weight: 2,
    },
    {
      arbitrary: fc
        .tuple(tie("expression"), tie("expression"), tie("expression"))
        .map(([a, b, c]) => `where(${a} > 0, ${b}, ${c})`),
      weight: 1,
    },
    {
      arbitrary: fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `${a}[${b}]`),
      weight: 1,
    },
  ),
}));

/** A math string of one function. */
export const mangledMath: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...HEADERS), expression, expression)
  .map(([header, a, b]) => `${header}{ a = ${a}; ${b} }`);

const TOKEN = /[\w$]+|"[^"\n]*"|\s+|[^\s\w]/g;

/** A program whose tokens are exchanged for those of others. */
export function mangledTokens(programs: readonly string[]): fc.Arbitrary<string> {
  const tokens = programs.map((program) => program.match(TOKEN) ?? []);
  const vocabulary = [...new Set(tokens.flat())].filter((token) => token.trim() !== "");
  const edit = fc.tuple(
    fc.nat(10_000),
    fc.oneof(
      fc.constantFrom(...vocabulary),
      fc.constantFrom(...OPERATIONS.map(({ name }) => name), "0", "-1", "1.5", '"N"'),
    ),
    fc.constantFrom("replace", "insert", "remove"),
  );
  return fc
    .tuple(fc.constantFrom(...tokens), fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([program, edits]) => {
      const changed = [...program];
      for (const [at, token, how] of edits) {
        const place = at % changed.length;
        if (how === "remove") changed.splice(place, 1);
        else if (how === "insert") changed.splice(place, 0, ` ${token} `);
        else changed[place] = token;
      }
      return changed.join("");
    });
}
