import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { expect, it } from "vitest";

const source = new URL("../../runtime/matmul.ts", import.meta.url);

it("the f64 kernels are the f32 kernels with the element type exchanged", async () => {
  const text = readFileSync(source, "utf8");
  const body = text
    .slice(text.indexOf("import "))
    .replaceAll("Float32Array", "Float64Array")
    .replace(/\b(matmul(?:NN|NT|TN))\b/g, "$164");
  const header = `/**
 * Matrix products of row-major f64 matrices.
 *
 * Do not edit: tests/runtime/matmul64.test.ts writes this file from matmul.ts
 * (\`npx vitest run tests/runtime/matmul64.test.ts -u\`). The engine needs a text
 * of its own per element type; people should not maintain two.
 */
`;
  const style = await resolveConfig(fileURLToPath(source));
  const twin = await format(header + body, { ...style, parser: "typescript" });
  await expect(twin).toMatchFileSnapshot("../../runtime/matmul64.ts");
});
