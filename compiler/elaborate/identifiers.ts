import type { Span } from "../diagnostic.js";
import * as runtime from "../../runtime/index.js";
import type { Context } from "./context.js";

/** Words that cannot name a value in generated code, or would reach into an object's prototype. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const constructor continue debugger default delete do else " +
    "enum eval export extends false finally for function if implements import in instanceof interface let new " +
    "null package private protected prototype public return static super switch this throw true try typeof " +
    "undefined var void while with yield async Infinity NaN " +
    "__proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ " +
    "hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf"
  ).split(" "),
);

/** What generated modules use of JavaScript. */
const GLOBALS: readonly string[] =
  "Array ArrayBuffer Error Float32Array Float64Array Int32Array Math Number Object RangeError Uint8Array".split(
    " ",
  );

/** A module that exports `then` is taken for a promise where it is imported. */
const NO_FUNCTIONS: ReadonlySet<string> = new Set([...GLOBALS, "then"]);

/**
 * Names that functions of the generated code use for themselves. Variables that
 * are called so get another name there; sizes keep theirs, so these are refused.
 */
const GENERATED: ReadonlySet<string> = new Set([
  ..."arena cotangent forward gradient inputs result sizes value work".split(" "),
  ...GLOBALS,
  ...Object.keys(runtime),
]);

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const MAX_LENGTH = 100;

export function isIdentifier(name: string): boolean {
  return IDENTIFIER.test(name) && name.length <= MAX_LENGTH && !RESERVED.has(name);
}

/** Whether a size may have the name; `floor` is a function in texts of sizes. */
export function isSizeName(name: string): boolean {
  return isIdentifier(name) && name !== "floor" && !isGeneratedName(name);
}

/** Whether the name is one that generated code uses for itself. */
export function isGeneratedName(name: string): boolean {
  return GENERATED.has(name) || /^(?:forward|gradient)End\d+$/.test(name);
}

/** Reports a name that generated code cannot carry. `what` is the kind of thing it names. */
export function checkIdentifier(context: Context, name: string, what: string, span: Span): boolean {
  const taken = RESERVED.has(name) || (what === "function" && NO_FUNCTIONS.has(name));
  if (isIdentifier(name) && !taken) return true;
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  const message = taken
    ? `\`${shown}\` is a reserved word and cannot name a ${what}`
    : `\`${shown}\` cannot name a ${what}`;
  context.error("FG213", message, span, {
    accepted: `ASCII letters, digits, \`_\` and \`$\`, not starting with a digit, at most ${MAX_LENGTH} of them, and no reserved word`,
    hint: taken ? `call it \`${name}_\`` : undefined,
  });
  return false;
}
