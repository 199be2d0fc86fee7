import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { wantsColor } from "../../compiler/cli/io.js";
import { folder, product } from "./support.js";

const script = fileURLToPath(new URL("../../compiler/cli.ts", import.meta.url));
const loader = import.meta.resolve("tsx");

interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  readonly printed: () => string;
  readonly exit: Promise<{ code: number | null; out: string; err: string }>;
}

function flatgrad(argv: readonly string[], cwd: string, env: Record<string, string> = {}): Child {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = process.env;
  const child = spawn(process.execPath, ["--import", loader, script, ...argv], {
    cwd,
    env: { ...rest, ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  const exit = new Promise<{ code: number | null; out: string; err: string }>((done) =>
    child.on("close", (code) => done({ code, out, err })),
  );
  return { process: child, printed: () => out + err, exit };
}

describe("the installed command", () => {
  it("reads the standard input and prints without colour into a pipe", async () => {
    const child = flatgrad(["grad", "-"], folder({}));
    child.process.stdin.end("x *");
    const { code, out, err } = await child.exit;
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^expression:1:4 - error FG101:/);
  });

  it("colours a pipe if forced", async () => {
    const child = flatgrad(["grad", "x *"], folder({}), { FORCE_COLOR: "1" });
    expect((await child.exit).err).toContain("\u001b[31m");
  });

  it("ends --watch on an interrupt", async () => {
    const cwd = folder({ "product.ts": product });
    const child = flatgrad(["build", "product.ts", "--watch"], cwd);
    await vi.waitFor(() => expect(child.printed()).toContain("watching 1 file"), {
      timeout: 30_000,
    });
    expect(existsSync(join(cwd, "product.grad.ts"))).toBe(true);
    child.process.kill("SIGINT");
    expect((await child.exit).code).toBe(0);
  });
});

describe("colour", () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { TERM: "dumb" }, false],
  ])("on a terminal: %s, with %j: %s", (isTerminal, env, expected) => {
    expect(wantsColor(isTerminal, env)).toBe(expected);
  });
});
