import { describe, expect, it } from "vitest";
import {
  digamma,
  erf,
  erfc,
  lgamma,
  logSigmoid,
  sigmoid,
  sinc,
  softplus,
  trigamma,
} from "../../runtime/special.js";

const special = {
  digamma,
  erf,
  erfc,
  lgamma,
  logSigmoid,
  sigmoid,
  sinc,
  softplus,
  trigamma,
};

type Name = keyof typeof special;

/** Values computed with 60 decimal digits and rounded to f64. */
const known: Record<Name, readonly (readonly [x: number, value: number])[]> = {
  erf: [
    [1e-300, 1.1283791670955126e-300],
    [1e-8, 1.1283791670955126e-8],
    [0.25, 0.27632639016823696],
    [0.46875, 0.49261347321793797],
    [0.46876, 0.4926225311068465],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3.9, 0.9999999652077514],
    [5.9, 0.9999999999999999],
    [-0.3, -0.3286267594591274],
    [-1.5, -0.9661051464753108],
  ],
  erfc: [
    [-3, 1.9999779095030015],
    [-0.2, 1.2227025892104784],
    [0.3, 0.6713732405408726],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [2, 0.004677734981047266],
    [4, 1.541725790028002e-8],
    [4.1, 6.700027654084918e-9],
    [10, 2.088487583762545e-45],
    [20, 5.395865611607901e-176],
    [26, 5.663192408856143e-296],
    [26.5, 2.2109076642637343e-307],
  ],
  lgamma: [
    [1e-300, 690.7755278982137],
    [1e-5, 11.512919692895826],
    [0.3, 1.0957979948180756],
    [0.75, 0.20328095143129538],
    [0.999, 0.0005780385328913802],
    [1.001, -0.0005763935982833062],
    [1.4616321449683622, -0.12148629053584961],
    [1.75, -0.08440112102048555],
    [1.999, -0.0004224618006921073],
    [2.001, 0.000423106734800117],
    [2.4, 0.21685932244884157],
    [2.6, 0.35741186354897986],
    [5.5, 3.9578139676187165],
    [8.9, 10.391128627481786],
    [9.1, 10.819252325110433],
    [50.5, 146.51925549072064],
    [10000000000.0, 220258509288.81058],
    [1e300, 6.897755278982137e302],
    [-0.5, 1.2655121234846454],
    [-1.25, 1.3664317612369763],
    [-3.7, -1.3797399049658245],
    [-10.3, -14.457515440024208],
  ],
  digamma: [
    [1e-5, -100000.57719921567],
    [0.3, -3.502524222200133],
    [1, -0.5772156649015329],
    [1.4616321449683622, -9.241265521729427e-17],
    [2, 0.42278433509846713],
    [3.3, 1.0348224890596216],
    [9.9, 2.2411803166063815],
    [10.1, 2.262214357094148],
    [100, 4.600161852738087],
    [10000000000.0, 23.025850929890456],
    [-0.5, 0.03648997397857652],
    [-1.25, 3.714139120213528],
    [-7.9, -7.540007224419479],
  ],
  trigamma: [
    [1e-5, 10000000001.644909],
    [0.3, 12.245364546107732],
    [1, 1.6449340668482264],
    [2, 0.6449340668482264],
    [3.3, 0.3535015418410618],
    [9.9, 0.1062830416287406],
    [10.1, 0.10407283129749605],
    [100, 0.010050166663333571],
    [10000000000.0, 1.00000000005e-10],
    [-0.5, 8.934802200544679],
    [-1.25, 19.181879647671607],
    [-7.9, 103.23693140003948],
  ],
  sinc: [
    [1e-9, 1.0],
    [0.25, 0.9003163161571061],
    [0.5, 0.6366197723675814],
    [0.9, 0.10929240478705175],
    [1.5, -0.2122065907891938],
    [-2.75, 0.08184693783246419],
    [100.25, 0.0022451778457783195],
  ],
  sigmoid: [
    [-700, 9.85967654375977e-305],
    [-20, 2.0611536181902037e-9],
    [-1, 0.2689414213699951],
    [0.5, 0.6224593312018546],
    [1, 0.7310585786300049],
    [20, 0.9999999979388464],
  ],
  softplus: [
    [-700, 9.85967654375977e-305],
    [-20, 2.061153620314381e-9],
    [-1, 0.3132616875182228],
    [0, Math.LN2],
    [1, 1.3132616875182228],
    [20, 20.000000002061153],
    [700, 700.0],
  ],
  logSigmoid: [
    [-700, -700.0],
    [-1, -1.3132616875182228],
    [0, -Math.LN2],
    [1, -0.3132616875182228],
    [20, -2.061153620314381e-9],
    [700, -9.85967654375977e-305],
  ],
};

/** Relative error allowed, in multiples of 2⁻⁵². */
const tolerance: Record<Name, number> = {
  erf: 2,
  erfc: 4,
  lgamma: 4,
  digamma: 6,
  trigamma: 4,
  sinc: 2,
  sigmoid: 2,
  softplus: 2,
  logSigmoid: 2,
};

/** Near their zeros these are accurate relative to 1 only. */
const relativeToOne = (name: Name, x: number) => name === "digamma" || (name === "lgamma" && x < 0);

const names = Object.keys(known) as Name[];

describe.each(names)("%s", (name) => {
  it.each(known[name])("of %f is %f", (x, value) => {
    const floor = relativeToOne(name, x) ? 1 : 0;
    const error = Math.abs(special[name](x) - value) / Math.max(Math.abs(value), floor);
    expect(error).toBeLessThanOrEqual(tolerance[name] * 2 ** -52);
  });

  it("of NaN is NaN", () => {
    expect(special[name](NaN)).toBeNaN();
  });
});

describe("extremes", () => {
  it.each<[Name, number, number]>([
    ["erf", 0, 0],
    ["erf", -0, -0],
    ["erf", 1000, 1],
    ["erf", -1000, -1],
    ["erf", Infinity, 1],
    ["erf", -Infinity, -1],
    ["erfc", 0, 1],
    ["erfc", 1000, 0],
    ["erfc", -1000, 2],
    ["erfc", Infinity, 0],
    ["erfc", -Infinity, 2],
    ["lgamma", 0, Infinity],
    ["lgamma", 1, 0],
    ["lgamma", 2, 0],
    ["lgamma", -3, Infinity],
    ["lgamma", -1000, Infinity],
    ["lgamma", -1e300, Infinity],
    ["lgamma", Infinity, Infinity],
    ["lgamma", -Infinity, Infinity],
    ["digamma", 0, -Infinity],
    ["digamma", -0, Infinity],
    ["digamma", -1000, NaN],
    ["digamma", Infinity, Infinity],
    ["digamma", -Infinity, NaN],
    ["trigamma", 0, Infinity],
    ["trigamma", -1000, Infinity],
    ["trigamma", Infinity, 0],
    ["trigamma", -Infinity, NaN],
    ["sinc", 0, 1],
    ["sinc", 1000, 0],
    ["sinc", Infinity, 0],
    ["sinc", -Infinity, 0],
    ["sigmoid", 0, 0.5],
    ["sigmoid", 1000, 1],
    ["sigmoid", -1000, 0],
    ["sigmoid", Infinity, 1],
    ["sigmoid", -Infinity, 0],
    ["softplus", 1000, 1000],
    ["softplus", -1000, 0],
    ["softplus", Infinity, Infinity],
    ["softplus", -Infinity, 0],
    ["logSigmoid", 1000, 0],
    ["logSigmoid", -1000, -1000],
    ["logSigmoid", Infinity, 0],
    ["logSigmoid", -Infinity, -Infinity],
  ])("%s(%f) is %f", (name, x, value) => {
    expect(special[name](x)).toBe(value);
  });
});

describe("identities", () => {
  const points = Array.from({ length: 400 }, (_, i) => 0.0137 + i * 0.0311);

  it.each(points.filter((_, i) => i % 20 === 0))("hold at %f", (x) => {
    const near = (actual: number, expected: number) =>
      expect(Math.abs(actual - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(4e-15);
    near(special.erf(x) + special.erfc(x), 1);
    expect(special.erf(-x)).toBe(-special.erf(x));
    near(special.lgamma(x + 1), special.lgamma(x) + Math.log(x));
    near(special.digamma(x), special.digamma(x + 1) - 1 / x);
    near(special.trigamma(x), special.trigamma(x + 1) + 1 / (x * x));
    near(special.sigmoid(x) + special.sigmoid(-x), 1);
    near(special.softplus(x) - special.softplus(-x), x);
    near(special.logSigmoid(x), Math.log(special.sigmoid(x)));
  });

  it.each(points.filter((_, i) => i % 40 === 0))("derivatives match differences at %f", (x) => {
    const h = 1e-4 * Math.min(1, x);
    const slope = (f: (x: number) => number) =>
      (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
    const near = (actual: number, expected: number) =>
      expect(Math.abs(actual - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-9);
    near(slope(special.lgamma), special.digamma(x));
    near(slope(special.digamma), special.trigamma(x));
    near(slope(special.erf), (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
    near(slope(special.softplus), special.sigmoid(x));
  });

  it("the approximations of erf meet where they are joined", () => {
    for (const joint of [0.46875, 4]) {
      const [below, above] = [joint, joint * (1 + 2 ** -52)];
      const jump = special.erfc(below) / special.erfc(above) - 1;
      expect(Math.abs(jump)).toBeLessThan(2e-14);
    }
  });
});
