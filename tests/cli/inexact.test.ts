import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folder } from "./support.js";

const chain = "f(x: [N, 30], W: [30, 40], u: [40, 3]) = x @ W @ u";
const model = `import { matmul, type Tensor } from "flatgrad";
export function f(x: Tensor<[20, 30]>, W: Tensor<[30, 40]>, u: Tensor<[40, 1]>) {
  return matmul(matmul(x, W), u);
}
`;

describe("--inexact", () => {
  it.each(["build", "grad", "inspect", "check", "explain-memory"])(
    "is explained by flatgrad %s --help",
    async (name) => {
      const { out } = await cli([name, "--help"]);
      expect(out).toMatch(/--inexact +with -O2, also rewrite/);
    },
  );

  it("orders the products that build writes, and is needed again for --check", async () => {
    const cwd = folder({ "model.ts": model });
    const built = () => readFileSync(join(cwd, "model.grad.ts"), "utf8");
    await cli(["build", "model.ts"], { cwd });
    expect(built()).toContain("// xW = x · W");
    await cli(["build", "model.ts", "--inexact"], { cwd });
    expect(built()).toContain("// WU = W · u");
    expect((await cli(["build", "model.ts", "--inexact", "--check"], { cwd })).code).toBe(0);
    expect((await cli(["build", "model.ts", "--check"], { cwd })).code).toBe(1);
  });

  it("takes named sizes into account", async () => {
    const { out } = await cli(["grad", chain, "--inexact", "--size", "N=1000"]);
    expect(out).toContain("// WU = W · u");
    expect((await cli(["grad", chain, "--inexact"])).out).toContain("// xW = x · W");
  });

  it("can be judged by differences, and looked at", async () => {
    const math = chain.replace("N", "20").replace("x @ W @ u", "sum(tanh(x @ W @ u))");
    expect(await cli(["check", math, "--inexact"])).toMatchObject({ code: 0, err: "" });
    const { out } = await cli([
      "inspect",
      chain,
      "--inexact",
      "--size",
      "N=9999",
      "--stage",
      "code",
    ]);
    expect(out).toContain("// WU = W · u");
  });
});
