import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "./shipped.js";
import { printTable } from "./table.js";

/** What a page loads to train the digits: generated code and what it uses of the runtime. */
export async function benchBundle(): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: 'export { train } from "./examples/digits/train.ts";', resolveDir: root },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  const code = outputFiles[0]!.contents;
  printTable(
    "The bundled digits trainer",
    ["form", "bytes"],
    [
      ["minified", code.length.toLocaleString("en")],
      ["minified, gzip", gzipSync(code, { level: 9 }).length.toLocaleString("en")],
    ],
  );
}
