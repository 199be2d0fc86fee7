import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { expect, it } from "vitest";

const runtime = new URL("../../runtime/", import.meta.url);

it.each([
  ["matmul", "Matrix products of row-major f64 matrices."],
  ["tileKernel", "The blocked product of f64 matrices."],
  ["matvec", "Products of f64 vectors with row-major matrices."],
])(
  "the f64 kernels are the f32 kernels with the element type exchanged: %s",
  async (name, title) => {
    const text = readFileSync(new URL(`${name}.ts`, runtime), "utf8");
    const body = text
      .slice(text.indexOf("*/") + 3)
      .replaceAll("Float32Array", "Float64Array")
      .replace(/\b(matmul(?:NN|NT|TN)|matvec|vecmat|tileKernel)\b/g, "$164");
    const header = `/**
 * ${title}
 *
 * Do not edit: tests/runtime/matmul64.test.ts writes this file from ${name}.ts
 * (\`npx vitest run tests/runtime/matmul64.test.ts -u\`). The engine needs a text
 * of its own per element type; people should not maintain two.
 */
`;
    const style = await resolveConfig(fileURLToPath(runtime));
    const twin = await format(header + body, { ...style, parser: "typescript" });
    await expect(twin).toMatchFileSnapshot(`../../runtime/${name}64.ts`);
  },
);
