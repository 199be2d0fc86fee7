import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../compiler/diagnostic.js";
import { lineAndColumn, renderDiagnostic } from "../../compiler/frame.js";

const MODEL = `import { matmul } from "flatgrad";

export function f(x: Tensor<[4, 3]>, w: Tensor<[5, 3]>) {
	const h = matmul(x, w);
  const s = sum(
    h,
  );
  return s;
}
`;

/** A diagnostic whose span is the first place of `marked`. */
function at(marked: string, text = MODEL, file = "model.ts"): Diagnostic {
  const start = text.indexOf(marked);
  const span = { file, start, end: start + marked.length };
  return { code: "FG302", severity: "error", message: "it is wrong", span };
}

function render(diagnostic: Diagnostic, text = MODEL): string[] {
  return renderDiagnostic(diagnostic, new Map([["model.ts", text]])).split("\n");
}

describe("renderDiagnostic", () => {
  it("shows place, message, frame, notes, what is accepted and a hint", () => {
    const diagnostic: Diagnostic = {
      ...at("matmul(x, w)"),
      message: "inner dimensions differ: [4, 3] and [5, 3]",
      accepted: "equal inner dimensions",
      hint: "transpose the second: `matmul(x, w.T)`",
      notes: [
        { message: "[5, 3] comes from here", span: at("w: Tensor").span },
        { message: "sizes are compared from the inside" },
      ],
    };
    expect(render(diagnostic)).toEqual([
      "model.ts:4:12 - error FG302: inner dimensions differ: [4, 3] and [5, 3]",
      "",
      "  2 |",
      "  3 | export function f(x: Tensor<[4, 3]>, w: Tensor<[5, 3]>) {",
      "  4 |     const h = matmul(x, w);",
      "    |               ^~~~~~~~~~~~",
      "  5 |   const s = sum(",
      "  6 |     h,",
      "",
      "model.ts:3:38 - note: [5, 3] comes from here",
      "",
      "  3 | export function f(x: Tensor<[4, 3]>, w: Tensor<[5, 3]>) {",
      "    |                                      ^~~~~~~~~",
      "",
      "note: sizes are compared from the inside",
      "accepted: equal inner dimensions",
      "hint: transpose the second: `matmul(x, w.T)`",
    ]);
  });

  it("underlines each line of a span over several, from its indent", () => {
    expect(render(at("sum(\n    h,\n  )"))).toEqual([
      "model.ts:5:13 - error FG302: it is wrong",
      "",
      "  3 | export function f(x: Tensor<[4, 3]>, w: Tensor<[5, 3]>) {",
      "  4 |     const h = matmul(x, w);",
      "  5 |   const s = sum(",
      "    |             ^~~~",
      "  6 |     h,",
      "    |     ~~",
      "  7 |   );",
      "    |   ~",
      "  8 |   return s;",
      "  9 | }",
      "",
    ]);
  });

  it("leaves out the middle of a long span, and aligns line numbers", () => {
    const text = Array.from({ length: 12 }, (_, i) => `line${i}`).join("\n");
    const marked = text.slice(text.indexOf("line2"), text.indexOf("line10"));
    expect(render(at(marked, text), text)).toEqual([
      "model.ts:3:1 - error FG302: it is wrong",
      "",
      "   1 | line0",
      "   2 | line1",
      "   3 | line2",
      "     | ^~~~~",
      "  …",
      "  10 | line9",
      "     | ~~~~~",
      "  11 | line10",
      "  12 | line11",
      "",
    ]);
  });

  it("marks the end of the file", () => {
    const end = MODEL.length;
    const span = { file: "model.ts", start: end, end };
    expect(render({ ...at("x"), span })).toEqual([
      "model.ts:10:1 - error FG302: it is wrong",
      "",
      "   8 |   return s;",
      "   9 | }",
      "  10 |",
      "     | ^",
      "",
    ]);
  });

  it("clips long lines around the span", () => {
    const text = `let y;\n${"a".repeat(200)} + wrong + ${"b".repeat(200)}\n\nz`;
    expect(render(at("wrong", text), text)).toEqual([
      "model.ts:2:204 - error FG302: it is wrong",
      "",
      "  1 | …",
      `  2 | …${"a".repeat(26)} + wrong + ${"b".repeat(62)}…`,
      `    | ${" ".repeat(30)}^~~~~`,
      "  3 |",
      "  4 | …",
      "",
    ]);
    expect(render(at(text.slice(7, 300), text), text).slice(3, 5)).toEqual([
      `  2 | ${"a".repeat(100)}…`,
      `    | ^${"~".repeat(99)}`,
    ]);
  });

  it("aligns the mark under wide characters and after tabs", () => {
    const text = "名前\t= 😀 + bad";
    expect(render(at("bad", text), text).slice(2, 4)).toEqual([
      "  1 | 名前    = 😀 + bad",
      `    | ${" ".repeat(15)}^~~`,
    ]);
  });

  it("lets nothing in the source steer the terminal", () => {
    const text = "x = \u001b[2J\u202e y\u0007";
    const message = "`\u001b[31m` is wrong";
    expect(render({ ...at("y", text), message }, text)).toEqual([
      "model.ts:1:11 - error FG302: `\ufffd[31m` is wrong",
      "",
      "  1 | x = \ufffd[2J\ufffd y\ufffd",
      "    |           ^",
      "",
    ]);
  });

  it("does without the text, and without a place", () => {
    const elsewhere = at("x", MODEL, "other.ts");
    expect(render({ ...elsewhere, hint: "h" })).toEqual([
      "other.ts - error FG302: it is wrong",
      "hint: h",
    ]);
    expect(render({ ...elsewhere, span: undefined })).toEqual(["error FG302: it is wrong"]);
  });

  it("keeps a span outside the text inside", () => {
    const span = { file: "model.ts", start: 4, end: 99 };
    expect(render({ ...at("x"), span }, "abc")).toEqual([
      "model.ts:1:4 - error FG302: it is wrong",
      "",
      "  1 | abc",
      "    |    ^",
      "",
    ]);
  });

  it("colours errors red, warnings yellow and the rest by kind", () => {
    const wrap = (name: string) => (text: string) => `<${name} ${text}>`;
    const color = {
      red: wrap("red"),
      yellow: wrap("yellow"),
      cyan: wrap("cyan"),
      dim: wrap("dim"),
      bold: wrap("bold"),
    };
    const files = new Map([["model.ts", "x + y"]]);
    const warning: Diagnostic = {
      ...at("y", "x + y"),
      severity: "warning",
      hint: "h",
    };
    expect(renderDiagnostic(warning, files, { color }).split("\n")).toEqual([
      "<cyan model.ts>:1:5 - <yellow warning> <dim FG302:> <bold it is wrong>",
      "",
      "<dim   1 |> x + y",
      "<dim     |>     <yellow ^>",
      "",
      "<cyan hint:> h",
    ]);
    const error: Diagnostic = { ...warning, severity: "error" };
    expect(renderDiagnostic(error, files, { color })).toContain("<red ^>");
  });
});

describe("lineAndColumn", () => {
  it.each([
    ["abc", 0, 1, 1],
    ["abc", 3, 1, 4],
    ["abc", 99, 1, 4],
    ["a\nb", 1, 1, 2],
    ["a\nb", 2, 2, 1],
    ["a\r\nb\rc\u2028d", 3, 2, 1],
    ["a\r\nb\rc\u2028d", 5, 3, 1],
    ["a\r\nb\rc\u2028d", 7, 4, 1],
    ["", 0, 1, 1],
  ])("of %j at %i is %i:%i", (text, offset, line, column) => {
    expect(lineAndColumn(text, offset)).toEqual({ line, column });
  });
});
