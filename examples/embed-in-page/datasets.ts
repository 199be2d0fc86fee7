import { random } from "flatgrad/runtime";

/** Points of the square from −1 to 1, each of one of two classes. */
export interface Dataset {
  readonly count: number;
  /** [count, 2] */
  readonly points: Float32Array;
  /** [count], 0 or 1. */
  readonly classes: Float32Array;
}

/** Where on its curve a point lies, `t` from 0 to 1, for each class. */
type Curve = (t: number, side: 0 | 1) => readonly [x: number, y: number];

const curves = {
  spirals: (t, side) => {
    const angle = 3.2 * Math.PI * Math.sqrt(t) + side * Math.PI;
    const radius = 0.08 + 0.8 * Math.sqrt(t);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  moons: (t, side) => {
    const angle = Math.PI * t;
    return side === 0
      ? [0.55 * Math.cos(angle) - 0.27, 0.6 * Math.sin(angle) - 0.15]
      : [0.27 - 0.55 * Math.cos(angle), 0.15 - 0.6 * Math.sin(angle)];
  },
  rings: (t, side) => {
    const angle = 2 * Math.PI * t;
    const radius = side === 0 ? 0.28 : 0.75;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
} satisfies Record<string, Curve>;

export type DatasetName = keyof typeof curves;

export function isDatasetName(name: string): name is DatasetName {
  return Object.hasOwn(curves, name);
}

/** A dataset of 240 points, with some noise: the same at every call. */
export function createDataset(name: DatasetName): Dataset {
  const count = 240;
  const generator = random(1);
  const points = new Float32Array(2 * count);
  const classes = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const side = i % 2 === 0 ? 0 : 1;
    const [x, y] = curves[name](generator.uniform(), side);
    points[2 * i] = x + 0.03 * generator.normal();
    points[2 * i + 1] = y + 0.03 * generator.normal();
    classes[i] = side;
  }
  return { count, points, classes };
}
