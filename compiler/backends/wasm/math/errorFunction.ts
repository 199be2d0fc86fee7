import { expOfNormal, expTimes } from "./exponentials.js";
import type { Vector, VectorWriter } from "./writer.js";

/**
 * What the two formats need. Minimax fits: `near` of erf(x) / x − 1 in x² up to
 * 0.86, `far` of −log(1 − erf(x)) from 0.915 to where erf is 1.
 */
interface Fits {
  readonly near: readonly number[];
  readonly far: readonly number[];
  readonly end: number;
}

const f32: Fits = {
  near: [
    0.12837915122509003, -0.3761249780654907, 0.11281844228506088, -0.026767101138830185,
    0.00499327527359128, -0.0005988755146972835,
  ],
  far: [
    -0.00017468321311753243, 1.1295149326324463, 0.6333469152450562, 0.10828007757663727,
    -0.025119416415691376, 0.004171059001237154, -0.00043446169001981616, 2.109496563207358e-5,
  ],
  end: 4,
};

const f64: Fits = {
  near: [
    0.1283791670955126, -0.3761263890318371, 0.112837916709528, -0.026866170644623776,
    0.005223977619716914, -0.0008548326641996879, 0.00012055316846809101, -1.4925200029004438e-5,
    1.6453696794230993e-6, -1.6261185188976207e-7, 1.3970174322703388e-8, -8.30830573866655e-10,
  ],
  far: [
    7.810118724960283e-8, 1.1283783402442586, 0.6366237980275729, 0.10276072365629348,
    -0.019104982849044706, -0.00024115541813455338, 0.0017250067183009847, -0.0006027962423723446,
    1.8359056293426326e-5, 8.489853571315714e-5, -5.1406610700052305e-5, 1.8736649743018315e-5,
    -4.9400371612573216e-6, 9.82361125177369e-7, -1.4730577926866009e-7, 1.623136184139513e-8,
    -1.2432879239375693e-9, 5.919829912778934e-11, -1.3197086081823097e-12,
  ],
  end: 6,
};

/** (x + 3) · e^(x²) · erfc(x) in (x − 3) / (x + 3), minimax fits for x from 0 to 10.25 … */
const shortTail = [
  1.074006907804242, -0.883394487102659, 0.5902282952451345, -0.3104659899430077,
  0.11952912219322845, -0.02683994155293979, -0.001226747574283504, 0.00308044562845407,
  -0.0004825694481260563, -0.0003250123415317193,
];

/** … and from 0.45 to 27.3. */
const fullTail = [
  1.0740069070883398, -0.8833944531698836, 0.5902283571041022, -0.3104672619005651,
  0.11952776128727167, -0.02682723462456236, -0.0012124166267691368, 0.0030340620024076298,
  -0.0005483096973768365, -0.00027677785426704585, 0.00010756153162621726, 3.0398180100941667e-5,
  -1.7470803957940064e-5, -4.749146615718541e-6, 2.7662224279819547e-6, 9.982768107619336e-7,
  -4.098531448997438e-7, -2.3172574762050084e-7, 4.873918918154271e-8, 4.7820920122281e-8,
  -3.2175512401420766e-9, -6.089741216901338e-9,
];

/** erf x within 2 units in the last place. */
export function erf(w: VectorWriter, x: Vector): Vector {
  const { far, end } = w.type === "f32x4" ? f32 : f64;
  const absolute = w.notAbove(w.abs(x), end);
  const complement = expOfNormal(w, w.neg(w.polynomial(absolute, far)));
  const large = w.sub(w.number(1), complement);
  const value = w.select(w.less(absolute, w.number(0.925)), erfNear(w, absolute), large);
  return w.or(value, w.signBit(x));
}

function erfNear(w: VectorWriter, x: Vector): Vector {
  const { near } = w.type === "f32x4" ? f32 : f64;
  return w.multiplyAdd(x, w.polynomial(w.mul(x, x), near), x);
}

/** e^(x²) · erfc(x). */
function scaledTail(w: VectorWriter, x: Vector, fit: readonly number[]): Vector {
  const reciprocal = w.div(w.number(1), w.add(x, w.number(3)));
  const t = w.mul(w.sub(x, w.number(3)), reciprocal);
  return w.mul(w.polynomial(t, fit), reciprocal);
}

/** erfc x in f64, to more digits than f32 has. */
export function shortErfc(w: VectorWriter, x: Vector): Vector {
  const absolute = w.notAbove(w.abs(x), 10.25);
  const bell = expOfNormal(w, w.neg(w.mul(absolute, absolute)));
  const tail = w.mul(bell, scaledTail(w, absolute, shortTail));
  return w.select(w.less(x, w.number(0)), w.sub(w.number(2), tail), tail);
}

/**
 * erfc x in f64 within 5 units in the last place, subnormal results too. x² is
 * an exact square and a small rest: e^(−x²) would multiply its rounding by x².
 */
export function erfc(w: VectorWriter, x: Vector): Vector {
  const absolute = w.notAbove(w.abs(x), 27.3);
  const head = w.and(absolute, w.integer(0xfffffffff8000000n));
  const rest = w.mul(w.sub(head, absolute), w.add(head, absolute));
  const tail = expTimes(w, w.neg(w.mul(head, head)), rest, scaledTail(w, absolute, fullTail));
  const two = w.number(2);
  const far = w.select(w.less(x, w.number(0)), w.sub(two, tail), tail);
  const near = w.sub(w.number(1), erfNear(w, x));
  return w.select(w.less(absolute, w.number(0.72)), near, far);
}
