/**
 * The bytes of a module with one function, whose only real instruction is a
 * `f32x4.relaxed_madd`: it is valid just where there is relaxed SIMD.
 */
export const relaxedSimdProbe: readonly number[] = [
  [0, 97, 115, 109, 1, 0, 0, 0], // the header
  [1, 5, 1, 96, 0, 1, 123], // one type: () → v128
  [3, 2, 1, 0], // one function of it
  [10, 19, 1, 17, 0], // its code, without locals:
  [65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15], // three times i32.const 0, i8x16.splat
  [253, 133, 2, 11], // f32x4.relaxed_madd, end
].flat();
