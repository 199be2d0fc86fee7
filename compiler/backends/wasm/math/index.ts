import { erf, erfc, shortErfc } from "./errorFunction.js";
import { exp, expm1, shortCosh, shortSinh, sigmoid, tanh } from "./exponentials.js";
import {
  atan,
  atan2,
  shortAcos,
  shortAcosh,
  shortAsin,
  shortAsinh,
  shortAtanh,
} from "./inverses.js";
import { log, log1p, logSigmoid, softplus } from "./logarithms.js";
import { pow, shortPow, xlogy } from "./powers.js";
import type { VectorCode, VectorScope, VectorType } from "./scope.js";
import { cos, shortCos, shortSin, shortTan, sin, tan } from "./trigonometry.js";
import { type Host, type Vector, VectorWriter } from "./writer.js";

/** Writes the code for a function of a vector. */
export type VectorFunction = (x: string, scope: VectorScope) => VectorCode;

/** Writes the code for a function of two vectors. */
export type VectorFunctionOfTwo = (x: string, y: string, scope: VectorScope) => VectorCode;

type Formula = (w: VectorWriter, x: Vector) => Vector;
type FormulaOfTwo = (w: VectorWriter, x: Vector, y: Vector) => Vector;
type Table<T> = Readonly<Record<VectorType, Readonly<Record<string, T>>>>;

/** For vectors of f32, by a formula for f64. */
const inDoubles =
  (formula: Formula): Formula =>
  (w, x) =>
    w.inDoubles(formula, x);

const both: Readonly<Record<string, Formula>> = {
  erf,
  exp,
  expm1,
  log,
  log1p,
  logSigmoid,
  sigmoid,
  softplus,
  tanh,
};

const formulas: Table<Formula> = {
  f32x4: {
    ...both,
    acos: inDoubles(shortAcos),
    acosh: inDoubles(shortAcosh),
    asin: inDoubles(shortAsin),
    asinh: inDoubles(shortAsinh),
    atan: inDoubles(atan),
    atanh: inDoubles(shortAtanh),
    cosh: inDoubles(shortCosh),
    erfc: inDoubles(shortErfc),
    sinh: inDoubles(shortSinh),
  },
  f64x2: { ...both, atan, erfc },
};

/** Those that leave some arguments to the host. */
const assisted: Table<Formula> = {
  f32x4: { cos: inDoubles(shortCos), sin: inDoubles(shortSin), tan: inDoubles(shortTan) },
  f64x2: { cos, sin, tan },
};

const formulasOfTwo: Table<FormulaOfTwo> = {
  f32x4: {
    atan2: (w, y, x) => w.inDoubles(atan2, y, x),
    pow: (w, x, y) => w.inDoubles(shortPow, x, y),
    xlogy,
  },
  f64x2: { atan2, pow, xlogy },
};

/** The functions there is vector code for. */
export const vectorFunctionNames = (type: VectorType): readonly string[] => [
  ...Object.keys(formulas[type]),
  ...Object.keys(assisted[type]),
];

export const vectorFunctionOfTwoNames = (type: VectorType): readonly string[] =>
  Object.keys(formulasOfTwo[type]);

/**
 * The vector code of a function of one number, by its name in JavaScript's
 * `Math` or the runtime; null if there is none. It keeps within about 2 units in
 * the last place of the exact value for every argument (each formula says its
 * bound), with the infinities, NaN and signed zeros of JavaScript's. It uses
 * no relaxed operation: the bits are the same on every machine and in every
 * lane, so that a single number may take the same way in lane 0. A few leave
 * rare arguments to a function of the host, and are there only with one.
 */
export function vectorFunction(name: string, type: VectorType, host?: Host): VectorFunction | null {
  const formula = formulas[type][name] ?? (host === undefined ? undefined : assisted[type][name]);
  if (formula === undefined) return null;
  return (x, scope) => {
    const writer = new VectorWriter(type, scope, host);
    return writer.result(formula(writer, writer.keep(x)));
  };
}

/** As {@link vectorFunction}, for a function of two numbers. */
export function vectorFunctionOfTwo(name: string, type: VectorType): VectorFunctionOfTwo | null {
  const formula = formulasOfTwo[type][name];
  if (formula === undefined) return null;
  return (x, y, scope) => {
    const writer = new VectorWriter(type, scope);
    return writer.result(formula(writer, writer.keep(x), writer.keep(y)));
  };
}
