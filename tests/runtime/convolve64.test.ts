import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { expect, it } from "vitest";

it.each([
  ["convolve", "Convolutions in f64."],
  ["convolutionColumns", "Between images in f64 and the matrix of what windows read."],
  ["convolveThin", "Convolutions of one or two filters a group, in f64."],
])("%s64 is %s with the element type exchanged", async (name, title) => {
  const source = new URL(`../../runtime/${name}.ts`, import.meta.url);
  const text = readFileSync(source, "utf8");
  const body = text
    .slice(text.indexOf("import "))
    .replaceAll("Float32Array", "Float64Array")
    .replace(
      /\b(matmul(?:NN|NT|TN)|convolve(?:Input|Filters)?|addThin(?:Input|Filters)?|(?:add|read)Columns)\b/g,
      "$164",
    )
    .replace(/\/(matmul|convolveThin|convolutionColumns)\.js/g, "/$164.js");
  const header = `/**
 * ${title}
 *
 * Do not edit: tests/runtime/convolve64.test.ts writes this file from ${name}.ts
 * (\`npx vitest run tests/runtime/convolve64.test.ts -u\`). The engine needs a text
 * of its own per element type; people should not maintain two.
 */
`;
  const style = await resolveConfig(fileURLToPath(source));
  const twin = await format(header + body, { ...style, parser: "typescript" });
  await expect(twin).toMatchFileSnapshot(`../../runtime/${name}64.ts`);
});
