import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { expect, it } from "vitest";

const source = new URL("../../runtime/convolve.ts", import.meta.url);

it("the f64 convolutions are the f32 convolutions with the element type exchanged", async () => {
  const text = readFileSync(source, "utf8");
  const body = text
    .slice(text.indexOf("import "))
    .replaceAll("Float32Array", "Float64Array")
    .replace(/\b(matmul(?:NN|NT|TN)|convolve(?:Input|Filters)?)\b/g, "$164")
    .replace("./matmul.js", "./matmul64.js");
  const header = `/**
 * Convolutions in f64.
 *
 * Do not edit: tests/runtime/convolve64.test.ts writes this file from convolve.ts
 * (\`npx vitest run tests/runtime/convolve64.test.ts -u\`). The engine needs a text
 * of its own per element type; people should not maintain two.
 */
`;
  const style = await resolveConfig(fileURLToPath(source));
  const twin = await format(header + body, { ...style, parser: "typescript" });
  await expect(twin).toMatchFileSnapshot("../../runtime/convolve64.ts");
});
