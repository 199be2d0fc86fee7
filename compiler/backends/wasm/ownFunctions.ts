import type { Wat } from "./wat.js";

/**
 * Functions of the runtime that a module has itself: a hash, for one, costs
 * less than leaving the module. Each is a text with all that it calls.
 */
const ownFunctions: Readonly<Record<string, Wat>> = {
  uniformAt: `
(func $uniformAt.integer (param $x f64) (result i32)
  (local.set $x (f64.trunc (local.get $x)))
  (i32.wrap_i64 (i64.trunc_sat_f64_s (f64.sub (local.get $x) (f64.mul (f64.const 4294967296)
    (f64.floor (f64.div (local.get $x) (f64.const 4294967296))))))))
(func $uniformAt.mixBits (param $hash i32) (result i32)
  (local.set $hash (i32.mul (i32.const 0x85ebca6b)
    (i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const 16)))))
  (local.set $hash (i32.mul (i32.const 0xc2b2ae35)
    (i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const 13)))))
  (i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const 16))))
(func $uniformAt.mix (param $hash i32) (param $x f64) (result i32)
  (call $uniformAt.mixBits (i32.xor (local.get $hash) (call $uniformAt.integer (local.get $x)))))
(func $uniformAt.high (param $x f64) (result f64)
  (f64.floor (f64.div (local.get $x) (f64.const 4294967296))))
(func $uniformAt (param $seed f64) (param $position f64) (result f64)
  (local $hash i32)
  (local.set $hash (call $uniformAt.mix (i32.const 0x9e3779b9) (local.get $seed)))
  (local.set $hash (call $uniformAt.mix (local.get $hash) (call $uniformAt.high (local.get $seed))))
  (local.set $hash (call $uniformAt.mix (local.get $hash) (local.get $position)))
  (local.set $hash (call $uniformAt.mix (local.get $hash) (call $uniformAt.high (local.get $position))))
  (f64.div (f64.convert_i32_u (local.get $hash)) (f64.const 4294967296)))`,
};

/** The text of a function of the runtime, by its name; null where the host is asked. */
export function ownFunction(callee: string): Wat | null {
  return ownFunctions[callee] ?? null;
}
