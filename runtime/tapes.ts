/** Tapes with room for as many entries, and what is on them so far. They double, so that growing is rare. */

export function grown64(tape: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}

export function grown32(tape: Float32Array, length: number): Float32Array {
  const larger = new Float32Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}

export function grownInt32(tape: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}

export function grownUint8(tape: Uint8Array, length: number): Uint8Array {
  const larger = new Uint8Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}

function roomFor(held: number, length: number): number {
  return Math.max(length, 2 * held, 64);
}
