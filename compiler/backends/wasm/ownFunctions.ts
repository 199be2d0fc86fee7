import type { Wat } from "./wat.js";

/** Takes a number into `$hash` and mixes its bits. */
const mix = (number: Wat): Wat => `
(local.set $hash (i32.xor (local.get $hash) ${number}))
(local.set $hash (i32.mul (i32.const 0x85ebca6b)
  (i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const 16)))))
(local.set $hash (i32.mul (i32.const 0xc2b2ae35)
  (i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const 13)))))
(local.set $hash (i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const 16))))`;

/** Mixes both halves of a number; nearly all are below 2³¹, so that the upper half is its sign. */
const mixWide = (name: string): Wat => `
(if (f64.lt (f64.abs (local.get $${name})) (f64.const 2147483648)) (then
  (local.set $low (i32.trunc_f64_s (local.get $${name})))
  (local.set $high (i32.sub (i32.const 0) (f64.lt (local.get $${name}) (f64.const 0)))))
(else
  (local.set $low (call $uniformAt.integer (local.get $${name})))
  (local.set $high (call $uniformAt.integer
    (f64.floor (f64.div (local.get $${name}) (f64.const 4294967296)))))))
${mix("(local.get $low)")}
${mix("(local.get $high)")}`;

/**
 * Functions of the runtime that a module has itself: a hash, for one, costs
 * less than leaving the module. Each is a text with all that it calls.
 */
const ownFunctions: Readonly<Record<string, Wat>> = {
  "Math.sign": `
(func $sign (param $x f64) (result f64)
  (select (f64.const 1)
    (select (f64.const -1) (local.get $x) (f64.lt (local.get $x) (f64.const 0)))
    (f64.gt (local.get $x) (f64.const 0))))`,
  uniformAt: `
(func $uniformAt.integer (param $x f64) (result i32)
  (local.set $x (f64.trunc (local.get $x)))
  (i32.wrap_i64 (i64.trunc_sat_f64_s (f64.sub (local.get $x) (f64.mul (f64.const 4294967296)
    (f64.floor (f64.div (local.get $x) (f64.const 4294967296))))))))
(func $uniformAt.seed (param $seed f64) (result i32)
  (local $hash i32) (local $low i32) (local $high i32)
  (local.set $hash (i32.const 0x9e3779b9))
  ${mixWide("seed")}
  (local.get $hash))
(func $uniformAt (param $seed f64) (param $position f64) (result f64)
  (local $hash i32) (local $low i32) (local $high i32)
  (local.set $hash (call $uniformAt.seed (local.get $seed)))
  ${mixWide("position")}
  (f64.mul (f64.convert_i32_u (local.get $hash)) (f64.const ${2 ** -32})))`,
};

/** The text of a function of the runtime, by its name; null where the host is asked. */
export function ownFunction(callee: string): Wat | null {
  return ownFunctions[callee] ?? null;
}
