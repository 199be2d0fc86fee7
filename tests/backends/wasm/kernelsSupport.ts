import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";

/** A module of WebAssembly text on a memory of its own. */
export interface TextModule {
  readonly buffer: ArrayBuffer;
  call(name: string, ...values: readonly number[]): void;
}

interface Host {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, (...values: readonly number[]) => void>> };
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
}

const assemble = await loadAssembler();

function webAssembly(): Host {
  const { WebAssembly: host } = globalThis as { readonly WebAssembly?: Host };
  if (host === undefined) throw new Error("There is no WebAssembly.");
  return host;
}

/** Whether this engine accepts the bytes of a module. */
export function isValid(bytes: readonly number[]): boolean {
  return webAssembly().validate(Uint8Array.from(bytes));
}

/** Functions as WebAssembly text, some of them exported, over so many pages of memory; others imported. */
export function textModule(
  functions: string,
  exported: readonly string[],
  pages: number,
  imported: Readonly<Record<string, (x: number) => number>> = {},
): TextModule {
  const host = webAssembly();
  const bytes = assemble(
    [
      `(module (import "host" "memory" (memory ${pages}))`,
      ...Object.keys(imported).map(
        (name) => `(import "host" "${name}" (func $${name} (param f64) (result f64)))`,
      ),
      functions,
      ...exported.map((name) => `(export "${name}" (func $${name}))`),
      ")",
    ].join("\n"),
  );
  const memory = new host.Memory({ initial: pages });
  const module = new host.Module(Uint8Array.from(bytes));
  const { exports } = new host.Instance(module, { host: { memory, ...imported } });
  return {
    buffer: memory.buffer,
    call: (name, ...values) => {
      exports[name]?.(...values);
    },
  };
}
