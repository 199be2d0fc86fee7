import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pc from "picocolors";
import { onTestFinished } from "vitest";
import { run } from "../../compiler/cli/run.js";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface World {
  readonly cwd?: string;
  readonly readInput?: () => Promise<string>;
  readonly color?: boolean;
  readonly debug?: boolean;
}

/** A command line that goes on: what it has printed so far, and a way to interrupt it. */
export interface Running {
  readonly printed: () => string;
  readonly interrupt: () => void;
  readonly ended: Promise<Ran>;
}

export function start(argv: readonly string[], world: World = {}): Running {
  const { cwd = tmpdir(), color = false, debug = false } = world;
  const { readInput = () => Promise.resolve("") } = world;
  let [out, err] = ["", ""];
  let interrupt = (): void => {
    throw new Error("nobody listens for interrupts");
  };
  const ended = run(argv, {
    cwd,
    out: (text) => (out += text),
    err: (text) => (err += text),
    readInput,
    outColor: pc.createColors(color),
    errColor: pc.createColors(color),
    debug,
    onInterrupt: (callback) => (interrupt = callback),
  });
  return {
    printed: () => out + err,
    interrupt: () => interrupt(),
    ended: ended.then((code) => ({ code, out, err })),
  };
}

/** Runs a command line in-process. */
export function cli(argv: readonly string[], world: World = {}): Promise<Ran> {
  return start(argv, world).ended;
}

/** A folder with these files, removed after the test. It has a package.json unless one is given. */
export function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "flatgrad-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeInto(root, { "package.json": "{}", ...files });
  return root;
}

export function writeInto(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** A model of numbers. */
export const product = "export function f(x: number, y: number) {\n  return x * y;\n}\n";

/** A model of tensors, with named sizes and integers. */
export const network = `import { matmul, softmaxCrossEntropy, type Labels, type Param, type Tensor } from "flatgrad";

export function loss(x: Tensor<["N", 4]>, y: Labels<"N">, W: Param<[4, 3]>, b: Param<[3]>) {
  return softmaxCrossEntropy(matmul(x, W) + b, y);
}
`;
