import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, type Source } from "../../compiler/index.js";
import { evaluateDim } from "../../compiler/ir/dim.js";
import { bytesPerElement } from "../../compiler/ir/type.js";
import type { Buffer, Program, Scalar, Statement } from "../../compiler/schedule/program.js";
import { deepNetworks } from "./networks.js";

type Sizes = Readonly<Record<string, number>>;

const slack = 1.15;

const root = new URL("../../", import.meta.url);

function modelFile(path: string): Source {
  return { entry: path, files: { [path]: readFileSync(new URL(path, root), "utf8") } };
}

const examples = readdirSync(new URL("examples", root))
  .filter((name) => readdirSync(new URL(`examples/${name}`, root)).includes("model.ts"))
  .map((name) => `examples/${name}/model.ts`);

const loops = readdirSync(new URL("tests/loops/programs", root)).map(
  (name) => `tests/loops/programs/${name}`,
);

const sources: readonly (readonly [string, Source])[] = [
  ...[...examples, ...loops].map((path) => [path, modelFile(path)] as const),
  ...deepNetworks.map(([name, math]) => [name, { math }] as const),
];

describe("the arena is at most 1.15 times what lives at once", () => {
  it("is asked of every example", () => expect(examples.length).toBeGreaterThan(7));

  it.each(sources)("%s", (_name, source) => {
    for (const { programs } of compile(source).functions)
      for (const program of [programs.forward, programs.gradient]) expectTight(program);
  });
});

function expectTight(program: Program): void {
  for (const sizes of sampledSizes(program.sizes)) {
    expect(collisions(program, sizes)).toEqual([]);
    const arena = arenaBytes(program, sizes);
    const least = mostAlive(program, sizes);
    const isTight = arena <= slack * least;
    const excess = `${program.name} with ${JSON.stringify(sizes)}: ${arena} bytes for ${least}`;
    expect(isTight ? "" : excess).toBe("");
  }
}

/** All sizes alike, and each of them much smaller and much larger than the others. */
function sampledSizes(names: readonly string[]): readonly Sizes[] {
  const all = (value: number) => Object.fromEntries(names.map((name) => [name, value]));
  const apart = [4, 256].flatMap((value) => names.map((name) => ({ ...all(32), [name]: value })));
  return [...[1, 3, 8, 30, 64, 200, 500, 1000].map(all), ...(names.length > 1 ? apart : [])];
}

function arenaBytes({ arena }: Program, sizes: Sizes): number {
  return arena.slots
    .map(({ bytes }) => aligned(Math.max(...bytes.map((dim) => evaluateDim(dim, sizes)))))
    .reduce((p, q) => p + q, 0);
}

/** The largest sum of buffers between whose first and last use a statement stands. */
function mostAlive(program: Program, sizes: Sizes): number {
  const alive = program.body.map(() => 0);
  for (const { buffer, first, last } of livesOf(program))
    for (let at = first; at <= last; at++) alive[at] = (alive[at] ?? 0) + bytesOf(buffer, sizes);
  return Math.max(0, ...alive);
}

interface Life {
  readonly buffer: Buffer;
  readonly first: number;
  last: number;
}

/** What lies in the arena, from the first statement that uses it to the last; results to the end. */
function livesOf({ body, arena }: Program): readonly Life[] {
  const lives = new Map<Buffer, Life>();
  body.forEach((statement, at) => {
    for (const buffer of touched(statement)) {
      const life = lives.get(buffer) ?? { buffer, first: at, last: at };
      life.last = buffer.role === "output" ? body.length - 1 : at;
      lives.set(buffer, life);
    }
  });
  return [...lives.values()].filter(({ buffer }) => arena.slotOf.has(buffer));
}

/** Pairs in the same memory at the same time, but for one written over the other where that is last used. */
function collisions(program: Program, sizes: Sizes): readonly string[] {
  const starts = [0];
  for (const { bytes } of program.arena.slots)
    starts.push(
      (starts.at(-1) ?? 0) + aligned(Math.max(...bytes.map((dim) => evaluateDim(dim, sizes)))),
    );
  const placed = livesOf(program).map((life) => {
    const start = starts[program.arena.slotOf.get(life.buffer) ?? -1] ?? NaN;
    return { ...life, start, end: start + bytesOf(life.buffer, sizes) };
  });
  return placed.flatMap((p, i) =>
    placed.slice(i + 1).flatMap((q) => {
      const meet = p.first <= q.last && q.first <= p.last && p.start < q.end && q.start < p.end;
      const isOver = p.last === q.first && p.start === q.start && p.end === q.end;
      return meet && !isOver ? [`${p.buffer.node.name} and ${q.buffer.node.name}`] : [];
    }),
  );
}

function bytesOf({ shape, dtype }: Buffer, sizes: Sizes): number {
  const elements = shape.map((dim) => evaluateDim(dim, sizes)).reduce((p, q) => p * q, 1);
  return aligned(bytesPerElement[dtype] * elements);
}

/** Typed arrays of numbers of 8 bytes begin at multiples of 8. */
function aligned(bytes: number): number {
  return 8 * Math.ceil(Math.max(0, bytes) / 8);
}

/** Buffers of a statement and of those inside it: whatever in it is one, found without knowing its kinds. */
function touched(statement: Statement): ReadonlySet<Buffer> {
  const found = new Set<Buffer>();
  const seen = new Set<object>();
  const walk = (part: Part): void => {
    if (typeof part !== "object" || part === null || seen.has(part)) return;
    seen.add(part);
    if (isBuffer(part)) found.add(part);
    else if (!isNode(part)) Object.values(part).forEach(walk);
  };
  walk(statement);
  return found;
}

type Part = Statement | Scalar | Buffer | object | string | number | boolean | null | undefined;

function isBuffer(part: object): part is Buffer {
  return "kind" in part && part.kind === "buffer";
}

/** What statements say of the graph: nodes and their origins. */
function isNode(part: object): boolean {
  return "op" in part || "step" in part;
}
