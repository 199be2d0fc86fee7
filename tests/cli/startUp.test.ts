import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const seldomNeeded = "ts-morph|binaryen|prettier|chokidar";

/**
 * Runs a program in a process of its own, where importing what is large and
 * seldom needed fails, and tells whether the TypeScript parser was loaded.
 */
async function loadsParser(program: string, refused = seldomNeeded): Promise<boolean> {
  const script = `
import { createRequire, register } from "node:module";
const refusing = \`export const resolve = (name, context, next) => {
  if (new RegExp("^(${refused})$").test(name)) throw new Error("loads " + name);
  return next(name, context);
};\`;
register("data:text/javascript," + encodeURIComponent(refusing));
const io = { cwd: process.cwd(), out() {}, err(text) { throw new Error(text); } };
${program}
const loaded = Object.keys(createRequire(import.meta.url).cache);
console.log(loaded.some((path) => path.includes("ts-morph")));
`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", script],
    { cwd: new URL("../..", import.meta.url) },
  );
  return stdout.trim() === "true";
}

const runs = (...argv: readonly string[]) => `
const pc = await import("picocolors");
const colors = pc.default.createColors(false);
const { run } = await import("./compiler/cli/run.ts");
const code = await run(${JSON.stringify(argv)}, { ...io, outColor: colors, errColor: colors });
if (code !== 0) throw new Error("exit code " + code);`;

const withoutParser: readonly (readonly [string, string])[] = [
  ["--version", runs("--version")],
  ["ops", runs("ops")],
  ["explain", runs("explain", "FG203")],
  ["the gradient of a math string", runs("grad", "(x + y) * z")],
  [
    "a math string by jit",
    `const { jit } = await import("./compiler/jit.ts"); jit("x * y").grad({ x: 2, y: 3 });`,
  ],
];

it.each(withoutParser)("%s does not load the TypeScript parser", async (_name, program) => {
  expect(await loadsParser(program)).toBe(false);
});

it.each(["--version", "--help"])("%s does not load the compiler", async (option) => {
  const files = ["pipeline", "ops/index", "build", "project"].map((name) => `[./a-z]*${name}.js`);
  expect(await loadsParser(runs(option), [seldomNeeded, ...files].join("|"))).toBe(false);
});

it("a model loads it", async () => {
  expect(await loadsParser(runs("inspect", "examples/xor/model.ts"))).toBe(true);
});
