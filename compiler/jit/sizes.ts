import { dimNames, dimProduct, evaluateDim, type Dim } from "../ir/dim.js";
import { formatShape, formatType, type TensorType } from "../ir/type.js";
import type { Sizes } from "./callable.js";
import type { GivenTensor } from "./tensors.js";

/** An input with its type, whose named sizes are to be found. */
export interface SizedInput {
  readonly path: string;
  readonly type: TensorType;
  readonly given: GivenTensor;
}

/** `dim` must come out as `size`. */
interface Equation {
  readonly input: SizedInput;
  readonly dim: Dim;
  readonly size: number;
  /** Where the size stands: `axis 0 of x`. */
  readonly place: string;
}

/**
 * The named sizes for which all inputs fit their types: from the axes of nested
 * arrays and the lengths of flat ones.
 *
 * @throws RangeError naming the input that does not fit, and where each size came from
 */
export function solveSizes(inputs: readonly SizedInput[]): Sizes {
  const sizes: Record<string, number> = {};
  const places = new Map<string, string>();
  let pending = inputs.flatMap(equationsOf);
  for (let before = Infinity; pending.length < before;) {
    before = pending.length;
    pending = pending.filter((equation) => {
      const unknown = namesIn(equation.dim, sizes);
      const [name] = unknown;
      if (name === undefined) {
        check(equation, sizes, places);
        return false;
      }
      if (unknown.length > 1) return true;
      const solution = solve(equation, name, sizes);
      if (solution === undefined) return true;
      sizes[name] = solution;
      places.set(name, equation.place);
      return false;
    });
  }
  const open = pending[0];
  if (open !== undefined) throw undetermined(open, sizes);
  return Object.fromEntries(Object.entries(sizes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function namesIn(dim: Dim, known: Sizes): readonly string[] {
  return dimNames(dim).filter((name) => !Object.hasOwn(known, name));
}

function equationsOf(input: SizedInput): readonly Equation[] {
  const { path, type, given } = input;
  const expected = formatShape(type.shape);
  const scalar = type.shape.length === 0;
  if (scalar !== (given.shape?.length === 0))
    throw new RangeError(
      scalar
        ? `${path} is a list, expected a number`
        : `${path} is a number, expected a tensor of shape ${expected}`,
    );
  const { shape } = given;
  if (shape === undefined) {
    const size = given.data.length;
    const place = `the ${size} elements of ${path}`;
    return [{ input, dim: dimProduct(type.shape), size, place }];
  }
  if (shape.length !== type.shape.length)
    throw new RangeError(`${path} has shape ${formatShape(shape)}, expected ${expected}`);
  return type.shape.map((dim, axis) => ({
    input,
    dim,
    size: shape[axis] ?? NaN,
    place: `axis ${axis} of ${path}`,
  }));
}

function check(
  { input, dim, size }: Equation,
  sizes: Sizes,
  places: ReadonlyMap<string, string>,
): void {
  const expected = evaluateDim(dim, sizes);
  if (expected === size) return;
  const { path, type, given } = input;
  const found =
    given.shape === undefined ? `${size} elements` : `shape ${formatShape(given.shape)}`;
  const because = dimNames(dim).map((name) => `${name} = ${sizes[name]} by ${places.get(name)}`);
  const reason = because.length === 0 ? "" : `, where ${because.join(", ")}`;
  const wanted =
    given.shape === undefined && type.shape.length < 2
      ? expected
      : given.shape === undefined
        ? `${expected} for ${formatShape(type.shape)}`
        : formatShape(type.shape);
  throw new RangeError(`${path} has ${found}, expected ${wanted}${reason}`);
}

/**
 * The value of one name for which the dimension has the given size; undefined
 * where several do (`floor(N / 2)`). Dimensions do not fall as their names grow.
 *
 * @throws RangeError where no value does
 */
function solve({ input, dim, size }: Equation, name: string, known: Sizes): number | undefined {
  const at = (value: number) => evaluateDim(dim, { ...known, [name]: value });
  let [low, high] = [0, 1];
  while (at(high) < size && high < 2 ** 31) high *= 2;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (at(middle) < size) low = middle + 1;
    else high = middle;
  }
  if (at(low) === size) return at(low + 1) === size ? undefined : low;
  const { path, type, given } = input;
  const found =
    given.shape === undefined ? `${size} elements` : `shape ${formatShape(given.shape)}`;
  throw new RangeError(`${path} has ${found}, which fits ${formatType(type)} for no ${name}`);
}

function undetermined({ input, dim }: Equation, sizes: Sizes): RangeError {
  const { path, type, given } = input;
  const names = namesIn(dim, sizes).join(" and ");
  const way =
    given.shape === undefined ? `; give ${path} as nested arrays or as { shape, data }` : "";
  return new RangeError(`${path} of type ${formatType(type)} does not determine ${names}${way}`);
}
