import { erf } from "./errorFunction.js";
import { exp, expm1, sigmoid, tanh } from "./exponentials.js";
import { log, log1p, logSigmoid, softplus } from "./logarithms.js";
import type { VectorCode, VectorScope, VectorType } from "./scope.js";
import { type Vector, VectorWriter } from "./writer.js";

/** Writes the code for a function of a vector. */
export type VectorFunction = (x: string, scope: VectorScope) => VectorCode;

type Formula = (w: VectorWriter, x: Vector) => Vector;

const both: Readonly<Record<string, Formula>> = {
  exp,
  expm1,
  log,
  log1p,
  logSigmoid,
  sigmoid,
  softplus,
  tanh,
};

const formulas: Readonly<Record<VectorType, Readonly<Record<string, Formula>>>> = {
  f32x4: { ...both, erf },
  f64x2: both,
};

/** The functions there is vector code for. */
export const vectorFunctionNames = (type: VectorType): readonly string[] =>
  Object.keys(formulas[type]);

/**
 * The vector code of a function of one number, by its name in JavaScript's
 * `Math` or the runtime; null if there is none. It keeps within about 2 units in
 * the last place of the exact value for every argument (each formula says its
 * bound), with the infinities, NaN and signed zeros of JavaScript's. It uses
 * no relaxed operation: the bits are the same on every machine and in every
 * lane, so that a single number may take the same way in lane 0.
 */
export function vectorFunction(name: string, type: VectorType): VectorFunction | null {
  const formula = formulas[type][name];
  if (formula === undefined) return null;
  return (x, scope) => {
    const writer = new VectorWriter(type, scope);
    return writer.result(formula(writer, writer.keep(x)));
  };
}
