import binaryen from "binaryen";

/** Two elements of p · a + q · b, from this many bytes on: in f64, and rounded once. */
function pair(offset: number): string {
  const weighted = (weight: string, array: string) =>
    `(f64x2.mul (local.get ${weight})
      (f64x2.promote_low_f32x4 (v128.load64_zero offset=${offset} (local.get ${array}))))`;
  return `(v128.store64_lane offset=${offset} 0 (local.get $target)
    (f32x4.demote_f64x2_zero (f64x2.add ${weighted("$ps", "$a")} ${weighted("$qs", "$b")})))`;
}

const next = (name: string) => `(i32.add (local.get ${name}) (i32.const 32))`;

/**
 * target = p · a + q · b for arrays of f32 at these addresses, of which the
 * count is a multiple of 8 and not 0. The target may be one of the others.
 */
export const sumKernelText = `(module
  (import "shared" "memory" (memory 1 65536 shared))
  (func (export "add")
    (param $target i32) (param $a i32) (param $b i32)
    (param $p f64) (param $q f64) (param $count i32)
    (local $end i32) (local $ps v128) (local $qs v128)
    (local.set $ps (f64x2.splat (local.get $p)))
    (local.set $qs (f64x2.splat (local.get $q)))
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $count) (i32.const 2))))
    (loop $again
      ${[0, 8, 16, 24].map(pair).join("\n")}
      (local.set $target ${next("$target")})
      (local.set $b ${next("$b")})
      (br_if $again (i32.ne (local.tee $a ${next("$a")}) (local.get $end))))))`;

/** A module of WebAssembly from its text, in base64. */
export function assembled(text: string): string {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  if (module.validate() === 0) throw new Error("the module is not valid");
  return Buffer.from(module.emitBinary()).toString("base64");
}
