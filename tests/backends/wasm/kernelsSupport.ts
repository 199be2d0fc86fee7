import binaryen from "binaryen";

/** A module of the given functions, each exported, on a memory of its own. */
export interface TextModule {
  readonly memory: WebAssembly.Memory;
  call(name: string, ...values: readonly number[]): void;
}

const features = binaryen.Features;
const simd = features.SIMD128 | features.BulkMemory | features.MutableGlobals;

export function assembleText(
  functions: string,
  exported: readonly string[],
  pages = 64,
): Uint8Array {
  const exports = exported.map((name) => `(export "${name}" (func $${name}))`).join("\n");
  const text = `(module (memory (export "memory") ${pages})\n${functions}\n${exports})`;
  const module = binaryen.parseText(text);
  module.setFeatures(simd | features.RelaxedSIMD);
  if (module.validate() !== 1) throw new Error("The module is not valid.");
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

export function instantiateText(
  functions: string,
  exported: readonly string[],
  pages = 64,
): TextModule {
  const bytes = assembleText(functions, exported, pages);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)));
  const memory = exports["memory"];
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("No memory.");
  return {
    memory,
    call(name, ...values) {
      const callee = exports[name];
      if (typeof callee !== "function") throw new Error(`No function ${name}.`);
      callee(...values);
    },
  };
}
