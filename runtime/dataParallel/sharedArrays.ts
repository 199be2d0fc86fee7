import type { DataArray } from "./options.js";

/** Where arrays are allocated: in shared memory, or for one thread in its own. */
export interface Memory {
  /** Whether it is shared, so that arrays may also lie where WebAssembly adds them. */
  readonly canAdd: boolean;
  allocate(byteLength: number): ArrayBuffer | SharedArrayBuffer;
}

export const sharedMemory: Memory = {
  canAdd: true,
  allocate: (length) => new SharedArrayBuffer(length),
};
export const ownMemory: Memory = { canAdd: false, allocate: (length) => new ArrayBuffer(length) };

/** Whether this host lets threads share memory; a page must be cross-origin isolated. */
export function canShareMemory(): boolean {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer === "function" && crossOriginIsolated !== false;
}

/** An array of zeros as long as another, of the same type. */
export function zerosLike<T extends DataArray>(memory: Memory, array: T): T {
  const buffer = memory.allocate(array.byteLength);
  return viewLike(array, buffer) as T;
}

/** A copy of an array, of the same type. */
export function copyOf<T extends DataArray>(memory: Memory, array: T): T {
  const copy = zerosLike(memory, array);
  copy.set(array);
  return copy;
}

function viewLike(array: DataArray, buffer: ArrayBuffer | SharedArrayBuffer): DataArray {
  if (array instanceof Float32Array) return new Float32Array(buffer);
  if (array instanceof Float64Array) return new Float64Array(buffer);
  if (array instanceof Int32Array) return new Int32Array(buffer);
  return new Uint8Array(buffer);
}

/** Whether a value is an array that an input of a generated function may be. */
export function isDataArray(value: unknown): value is DataArray {
  return (
    value instanceof Float32Array ||
    value instanceof Float64Array ||
    value instanceof Int32Array ||
    value instanceof Uint8Array
  );
}
