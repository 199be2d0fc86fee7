/** Turns WebAssembly text into the bytes of a module. */
export type Assembler = (text: string) => Uint8Array;

/**
 * Loads the assembler: binaryen, which is large, and so is not loaded unless a
 * module is built.
 */
export async function loadAssembler(): Promise<Assembler> {
  const { default: binaryen } = await import("binaryen");
  const { Features } = binaryen;
  const features =
    Features.SIMD128 |
    Features.RelaxedSIMD |
    Features.BulkMemory |
    Features.SignExt |
    Features.NontrappingFPToInt |
    Features.MutableGlobals;
  return (text) => {
    const module = binaryen.parseText(text);
    try {
      module.setFeatures(features);
      if (module.validate() === 0) throw new Error("the module is not valid");
      return module.emitBinary();
    } finally {
      module.dispose();
    }
  };
}
