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

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bytes in base64, on every host. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const bits = (a << 16) | (b << 8) | c;
    const four = [18, 12, 6, 0].map((shift) => digits[(bits >> shift) & 63] ?? "").join("");
    const missing = Math.max(0, i + 3 - bytes.length);
    text += four.slice(0, 4 - missing) + "=".repeat(missing);
  }
  return text;
}
