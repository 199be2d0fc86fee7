import { sameShape } from "../ir/type.js";
import { isPlainLoop } from "./place.js";
import { resolve, type Local, type Loop, type Statement } from "./program.js";
import { countLocals, withBodies } from "./tidy.js";

type Store = Extract<Statement, { kind: "store" }>;

/** Loops that store one number to every element of a buffer are fills. */
export function withFills(
  statements: readonly Statement[],
  results: readonly Local[],
): readonly Statement[] {
  const counts = countLocals(statements);
  for (const local of results) counts.set(local, (counts.get(local) ?? 0) + 1);
  const inside = (body: readonly Statement[]): readonly Statement[] =>
    body.map((statement) => fillOf(statement, counts) ?? withBodies(statement, inside));
  return inside(statements);
}

function fillOf(statement: Statement, counts: ReadonlyMap<Local, number>): Statement | null {
  const loops: Loop[] = [];
  let body: readonly Statement[] = [statement];
  for (let [inner] = body; body.length === 1 && inner?.kind === "loop"; [inner] = body) {
    loops.push(resolve(inner.loop));
    body = inner.body;
  }
  const store = constantStore(body, counts);
  if (loops.length === 0 || store === null || !coversAll(store, loops)) return null;
  const { buffer, value, origin } = store;
  return value.kind === "literal" ? { kind: "fill", buffer, value: value.value, origin } : null;
}

/** The store of a number, or of a variable that has one and no other use. */
function constantStore(
  body: readonly Statement[],
  counts: ReadonlyMap<Local, number>,
): Store | null {
  const [first, second] = body;
  if (body.length === 1 && first?.kind === "store") return first;
  if (body.length !== 2 || first?.kind !== "define" || second?.kind !== "store") return null;
  const isOnlyUse = second.value === first.local && counts.get(first.local) === 2;
  return isOnlyUse ? { ...second, value: first.value } : null;
}

/** True if the loops walk along all axes of the buffer, each along one. */
function coversAll({ buffer, shape, index, combine }: Store, loops: readonly Loop[]): boolean {
  const open = new Set(loops);
  const covers = index.every((position, axis) => {
    const extent = shape[axis];
    if (extent === 1 && position.variable === null) return true;
    const loop = [...open].find((one) => isPlainLoop(position, one));
    return loop !== undefined && loop.extent === extent && open.delete(loop);
  });
  return combine === null && covers && open.size === 0 && sameShape(buffer.shape, shape);
}
