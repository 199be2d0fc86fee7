import { makeNode, type Node } from "../../compiler/ir/node.js";
import { makeRegion } from "../../compiler/ir/region.js";
import { add, cast, div, greater, less, mul, sub, where } from "../../compiler/ops/arithmetic.js";
import { cos, sin } from "../../compiler/ops/elementwise.js";
import { constant, input, size, zero } from "../../compiler/ops/leaf.js";
import { bodyIndex, bodyInput, loop, loopResult } from "../../compiler/ops/loop.js";
import { at, setAt } from "../../compiler/ops/positions.js";
import { sum } from "../../compiler/ops/reduce.js";
import { broadcastTo } from "../../compiler/ops/shape.js";
import { graphOf } from "../support/graphs.js";

const f64 = (...shape: (number | string)[]) => ({ dtype: "f64" as const, shape });
const int = (value: number) => constant(value, "i32");
const sizeOf = (name: string) => cast(size(name), "i32");
const named = (node: Node, name: string) => makeNode(node.op, node.inputs, node.attrs, { name });

/** for (i of 0…N) s = s · cos(x[i]) + x[i] · w; from s = w. */
export function recurrence() {
  const x = input("x", f64("N"));
  const w = input("w", f64());
  const i = bodyIndex("i");
  const s = bodyInput("s", f64(), { name: "s" });
  const [xs, ws] = [bodyInput("x", x.type, x), bodyInput("w", w.type, w)];
  const xi = at(xs, [i]);
  const node = loop({
    range: { start: int(0), stop: sizeOf("N") },
    step: 1,
    descending: false,
    carried: [w],
    sliced: [],
    captured: [x, w],
    region: makeRegion({
      inputs: [i, s, xs, ws],
      proceed: null,
      next: [named(add(mul(s, cos(xi)), mul(xi, ws)), "s")],
      records: [],
    }),
  });
  return graphOf({ value: loopResult(node, 0, { name: "s" }) });
}

/** y[0] = w; for (i of 1…N) y[i] = y[i − 1]² · x[i] − y[i − 1]; Σ y[i] read after, by a loop down. */
export function arrays() {
  const x = input("x", f64("N"));
  const w = input("w", f64());
  const start = setAt(broadcastTo(zero(), ["N"]), w, [int(0)], true);
  const i = bodyIndex("i");
  const y = bodyInput("y", f64("N"), { name: "y" });
  const xs = bodyInput("x", x.type, x);
  const before = at(y, [sub(i, int(1))]);
  const value = sub(mul(mul(before, before), at(xs, [i])), before);
  const write = loop({
    range: { start: int(1), stop: sizeOf("N") },
    step: 1,
    descending: false,
    carried: [start],
    sliced: [],
    captured: [x],
    region: makeRegion({
      inputs: [i, y, xs],
      proceed: null,
      next: [setAt(y, value, [i], true)],
      records: [],
    }),
  });
  const k = bodyIndex("k");
  const total = bodyInput("total", f64(), { name: "total" });
  const ys = bodyInput("y", f64("N"), { name: "y" });
  const summing = loop({
    range: { start: sub(sizeOf("N"), int(1)), stop: int(-1) },
    step: -1,
    descending: false,
    carried: [constant(0)],
    sliced: [],
    captured: [loopResult(write, 0, { name: "y" })],
    region: makeRegion({
      inputs: [k, total, ys],
      proceed: null,
      next: [named(add(mul(total, constant(0.5)), sin(at(ys, [k]))), "total")],
      records: [],
    }),
  });
  return graphOf({ value: loopResult(summing, 0, { name: "total" }) });
}

/** for (i of 0…N) for (j of 0…i + 1) s = s · x[j] + x[i] / (1 + s · s). */
export function triangle() {
  const x = input("x", f64("N"));
  const w = input("w", f64());
  const i = bodyIndex("i");
  const s = bodyInput("s", f64(), { name: "s" });
  const xs = bodyInput("x", x.type, x);
  const j = bodyIndex("j");
  const t = bodyInput("s", f64(), { name: "s" });
  const [xt, ii] = [bodyInput("x", x.type, x), bodyInput("i", { dtype: "i32", shape: [] })];
  const next = add(mul(t, at(xt, [j])), div(at(xt, [ii]), add(constant(1), mul(t, t))));
  const inner = loop({
    range: { start: int(0), stop: add(i, int(1)) },
    step: 1,
    descending: false,
    carried: [s],
    sliced: [],
    captured: [xs, i],
    region: makeRegion({
      inputs: [j, t, xt, ii],
      proceed: null,
      next: [named(next, "s")],
      records: [],
    }),
  });
  const node = loop({
    range: { start: int(0), stop: sizeOf("N") },
    step: 1,
    descending: false,
    carried: [w],
    sliced: [],
    captured: [x],
    region: makeRegion({
      inputs: [i, s, xs],
      proceed: null,
      next: [loopResult(inner, 0, { name: "s" })],
      records: [],
    }),
  });
  return graphOf({ value: loopResult(node, 0, { name: "s" }) });
}

/** while (s < 10 · w) s = s · (1 + w) + x[0], where s > 2 else s + x[1]. */
export function whileLoop() {
  const x = input("x", f64("N"));
  const w = input("w", f64());
  const turn = bodyIndex("turn");
  const s = bodyInput("s", f64(), { name: "s" });
  const trips = bodyInput("trips", { dtype: "i32", shape: [] }, { name: "trips" });
  const [xs, ws] = [bodyInput("x", x.type, x), bodyInput("w", w.type, w)];
  const big = add(mul(s, add(constant(1), ws)), at(xs, [int(0)]));
  const next = where(greater(s, constant(2)), big, add(s, at(xs, [int(1)])));
  const node = loop({
    range: null,
    step: 1,
    descending: false,
    carried: [w, int(0)],
    sliced: [],
    captured: [x, w],
    region: makeRegion({
      inputs: [turn, s, trips, xs, ws],
      proceed: less(s, mul(ws, constant(10))),
      next: [named(next, "s"), add(turn, int(1))],
      records: [],
    }),
  });
  return graphOf({ value: loopResult(node, 0, { name: "s" }) });
}

/** for (i of 0…N − 1) s += w · (x[i + 1] − x[i]²)² + (1 − x[i])². */
export function rosenbrock() {
  const x = input("x", f64("N"));
  const w = input("w", f64());
  const i = bodyIndex("i");
  const s = bodyInput("s", f64(), { name: "s" });
  const [xs, ws] = [bodyInput("x", x.type, x), bodyInput("w", w.type, w)];
  const here = at(xs, [i]);
  const a = sub(at(xs, [add(i, int(1))]), mul(here, here));
  const b = sub(constant(1), here);
  const term = add(mul(ws, mul(a, a)), mul(b, b));
  const node = loop({
    range: { start: int(0), stop: sub(sizeOf("N"), int(1)) },
    step: 1,
    descending: false,
    carried: [constant(0)],
    sliced: [],
    captured: [x, w],
    region: makeRegion({
      inputs: [i, s, xs, ws],
      proceed: null,
      next: [named(add(s, term), "s")],
      records: [],
    }),
  });
  return graphOf({ value: loopResult(node, 0, { name: "s" }) });
}

/** checkpoint((x) => Σ sin(x · w) · x), as the single iteration of a loop. */
export function checkpointed() {
  const x = input("x", f64("N"));
  const w = input("w", f64());
  const i = bodyIndex("i");
  const y = bodyInput("y", f64(), { name: "y" });
  const [xs, ws] = [bodyInput("x", x.type, x), bodyInput("w", w.type, w)];
  const node = loop({
    range: { start: int(0), stop: int(1) },
    step: 1,
    descending: false,
    carried: [constant(0)],
    sliced: [],
    captured: [x, w],
    region: makeRegion({
      inputs: [i, y, xs, ws],
      proceed: null,
      next: [named(sum(mul(sin(mul(xs, ws)), xs)), "y")],
      records: [],
    }),
    checkpoint: true,
  });
  return graphOf({ value: mul(loopResult(node, 0, { name: "y" }), w) });
}
