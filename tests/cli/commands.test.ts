import { describe, expect, it } from "vitest";
import { catalogue } from "../../compiler/catalogue.js";
import { conventions } from "../../compiler/conventions.js";
import { registry } from "../../compiler/ops/index.js";
import { version } from "../../compiler/version.js";
import { cli, folder, network, product } from "./support.js";

describe("flatgrad grad", () => {
  it("prints the staged gradient of the lecture", async () => {
    const math =
      "sigy = sigmoid(y); num = x + sigy; sigx = sigmoid(x); xpy = x + y; xpysqr = xpy^2; den = sigx + xpysqr; num / den";
    const { code, out, err } = await cli(["grad", math]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const line of ["const dnum = ", "const dden = ", "let dx = ", "dx += "])
      expect(out).toContain(line);
  });

  it("reads the standard input for -", async () => {
    const { out } = await cli(["grad", "-", "--target", "js", "-O0"], {
      readInput: () => Promise.resolve("x * y\n"),
    });
    expect(out).toContain("export function fGrad(x, y) {");
    expect(out).not.toContain(": number");
  });

  it("shows where an error is", async () => {
    const { code, out, err } = await cli(["grad", "x +"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("expression:1:4 - error FG101:");
    expect(err).toContain("  1 | x +\n    |    ^\n");
  });

  it("differentiates what --wrt names", async () => {
    expect((await cli(["grad", "x * y", "--wrt", "x"])).out).not.toContain("dy");
    const { code, err } = await cli(["grad", "x * y", "--wrt", "x,z"]);
    expect(code).toBe(1);
    expect(err).toContain("FG401");
  });
});

describe("flatgrad inspect", () => {
  const math = "f(x: [N, 3], w: [3]) = { h = relu(x * w); sum(h^2) }";

  it.each([
    ["syntax", ['functions[0]: name="f"', 'callee: name name="relu"'], ["span"]],
    ["graph", ["graph f(x: f32[N, 3], w: f32[3]) {", ":h = relu("], ["backward:"]],
    ["gradient", ["backward:", "dw = "], []],
    ["optimised", ["backward:", "return value = "], ["pow("]],
    ["program", ["program f(x: f32[N, 3], w: f32[3])", "arena", "for i < N"], ["undefined"]],
    ["code", ["export function fGrad(", "// backward of"], []],
  ])("prints the stage %s", async (stage, expected, unexpected) => {
    const { code, out, err } = await cli(["inspect", math, "--stage", stage]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const text of expected) expect(out).toContain(text);
    for (const text of unexpected) expect(out).not.toContain(text);
  });

  it("takes files, and one of their functions", async () => {
    const cwd = folder({ "two.ts": product + product.replace("f(", "g(") });
    expect((await cli(["inspect", "two.ts"], { cwd })).out.match(/^graph /gm)).toHaveLength(2);
    const { out } = await cli(["inspect", "two.ts", "--function", "g"], { cwd });
    expect(out.match(/^graph \w+/gm)).toEqual(["graph g"]);
    const missing = await cli(["inspect", "two.ts", "--function", "h"], { cwd });
    expect(missing.code).toBe(1);
    expect(missing.err).toContain("FG217");
  });

  it("prints programs with matrix products, gathers and branches", async () => {
    const cwd = folder({ "network.ts": network });
    const { out } = await cli(["inspect", "network.ts", "--stage", "program"], { cwd });
    expect(out).toMatch(/dW \+?= xᵀ · /);
    expect(out).toContain("check 0 ≤ y < 3");
  });
});

describe("flatgrad check", () => {
  it("compares a network with labels and named sizes", async () => {
    const cwd = folder({ "network.ts": network });
    const { code, out, err } = await cli(["check", "network.ts", "--points", "2"], { cwd });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const rows = out.split("\n").map((line) => line.split(/\s{2,}/));
    expect(rows.slice(1, 3).map(([f, name, checked]) => [f, name, checked])).toEqual([
      ["loss", "W", "24"],
      ["loss", "b", "6"],
    ]);
    expect(rows.slice(1, 3).map((row) => row.at(-1))).toEqual(["ok", "ok"]);
    expect(out).toContain("loss: checked with N = 3\n");
  });

  it.each([
    "log(x * y) + sqrt(z)",
    "asin(x) + acos(y)",
    "f(x: f64[N, M], i: i32[K]) = take(x, i)",
    "f(x: [N, 3]) = softmax(x)",
    "f(c: bool, x: f64) = c ? x : x^2",
    "f(x: [2 * N], y: [N]) = sum(x) * sum(y^2)",
  ])("finds points for %s", async (math) => {
    const { code, out, err } = await cli(["check", math]);
    expect(err).toBe("");
    expect(out).toContain("all gradients agree with differences to 1e-6\n");
    expect(code).toBe(0);
  });

  it("checks several results with a random cotangent, of numbers and tensors", async () => {
    const cwd = folder({
      "several.ts": `import { sum, type Tensor } from "flatgrad";
export function f(x: number, y: number) {
  return { product: x * y, list: [x + y, x - y] };
}
export function g(x: Tensor<["N"]>) {
  return { total: sum(x), squares: x ** 2 };
}
`,
    });
    const { code, out } = await cli(["check", "several.ts"], { cwd });
    expect(out.match(/ ok$/gm)).toHaveLength(3);
    expect(code).toBe(0);
  });

  it("fails where gradients differ from slopes", async () => {
    const { code, out } = await cli(["check", "stopGradient(x) * y"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^f +x +3 .* FAILED$/m);
    expect(out).toMatch(/^f +y +3 .* ok$/m);
    expect(out).toContain("1 of 2 gradients differ");
  });

  it("draws other points for another seed", async () => {
    const [a, b, c] = await Promise.all(
      ["1", "2", "1"].map((seed) => cli(["check", "sin(x)", "--seed", seed])),
    );
    expect(a?.out).toBe(c?.out);
    expect(a?.out).not.toBe(b?.out);
  });

  it("says so where no point is found", async () => {
    const { code, err } = await cli(["check", "log(x - 100)"]);
    expect(code).toBe(1);
    expect(err).toContain("FG506");
  });
});

describe("reference commands", () => {
  it("list every operation users may call, by group", async () => {
    const { code, out } = await cli(["ops"]);
    expect(code).toBe(0);
    const listed = out.match(/^ {2}\w+(?=\()/gm)?.map((name) => name.trim());
    const callable = Array.from(registry.values()).filter(({ internal }) => internal !== true);
    expect(listed?.toSorted()).toEqual(callable.map(({ name }) => name).toSorted());
    expect(out).toContain("softmax(x, axis=-1)");
  });

  it("show one operation", async () => {
    const { out } = await cli(["ops", "softmax"]);
    expect(out).toContain("softmax(x, axis=-1)");
    expect(out).toContain("gradient: ");
    const { code, err } = await cli(["ops", "sofmax"]);
    expect(code).toBe(2);
    expect(err).toContain("did you mean `softmax`?");
  });

  it("print the conventions", async () => {
    const { out } = await cli(["conventions"]);
    for (const row of Object.values(conventions)) expect(out).toContain(`${row.case}: ${row.ours}`);
  });

  it.each(["FG203", "fg203", "203"])("explain %s", async (code) => {
    const { code: exit, out } = await cli(["explain", code]);
    expect(exit).toBe(0);
    expect(out).toContain(`FG203: ${catalogue.FG203.title}\n`);
  });

  it("list near codes for one that is unknown", async () => {
    const { code, err } = await cli(["explain", "FG398"]);
    expect(code).toBe(2);
    expect(err).toContain("FG301, FG302");
    expect(err).not.toContain("FG201");
  });
});

describe("usage", () => {
  it("prints version and help with examples", async () => {
    expect(await cli(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
    const { code, out } = await cli(["--help"]);
    expect(code).toBe(0);
    for (const name of ["build", "grad", "inspect", "check", "ops", "conventions", "explain"])
      expect(out).toMatch(new RegExp(`^  flatgrad ${name}|^  ${name} `, "m"));
    expect((await cli(["build", "--help"])).out).toContain("--out-dir <folder>");
  });

  it.each([
    [["biuld"], "Did you mean build?"],
    [["build"], "missing required argument 'files'"],
    [["grad", "x", "--wat"], "unknown option '--wat'"],
    [["grad", "x", "-O3"], "error FG502: option '-O, --optimize <level>' argument '3' is invalid"],
    [["grad", "x", "--target", "java"], "Allowed choices are ts, js, wasm, wasm-js."],
    [["check", "x", "--points", "0"], "It must be a whole number from 1."],
    [["explain"], "missing required argument 'code'"],
    [[], "Usage: flatgrad"],
  ])("answers %j with 2", async (argv, message) => {
    const { code, out, err } = await cli(argv);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  it("colours only where asked", async () => {
    const plain = await cli(["grad", "x +"]);
    const colored = await cli(["grad", "x +"], { color: true });
    const escape = "\u001b[";
    expect(plain.err).not.toContain(escape);
    expect(colored.err).toContain(escape);
  });

  it("reports its own bugs without a stack, unless asked", async () => {
    const readInput = () => Promise.reject(new Error("the pipe burst"));
    const { code, err } = await cli(["grad", "-"], { readInput });
    expect(code).toBe(1);
    expect(err).toBe(
      "error FG599: error in the compiler: the pipe burst\nhint: this is a bug in flatgrad; please report it, with the program if you can\n",
    );
    const debugged = await cli(["grad", "-"], { readInput, debug: true });
    expect(debugged.err).toMatch(/^ +at .*commands\.test\.ts/m);
  });
});
