import { dimProduct } from "../../ir/dim.js";
import type { Loop, Statement } from "../../schedule/program.js";
import type { HostCall } from "./moduleWriter.js";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** A fill is a loop of stores. */
export function fillLoop({ buffer, value, origin }: Of<"fill">): Of<"loop"> {
  const extent = dimProduct(buffer.shape);
  const loop: Loop = { extent };
  const store: Of<"store"> = {
    kind: "store",
    buffer,
    shape: [extent],
    index: [{ variable: loop, stride: 1, offset: 0 }],
    combine: null,
    value: { kind: "literal", value, dtype: buffer.dtype },
    origin,
  };
  return { kind: "loop", loop, body: [store] };
}

/** The host's check of indices, of all in a buffer or of the one it is passed. */
export function checkCall({ of, value, size }: Of<"checkIndices">): HostCall {
  const path = String(of.attrs["name"] ?? of.name ?? "index");
  const isWhole = value.kind === "buffer";
  return {
    callee: isWhole ? "checkIndices" : "checkIndex",
    arguments: [
      { kind: "text", value: path },
      isWhole ? value : { kind: "passed" },
      { kind: "dim", value: size },
    ],
  };
}
