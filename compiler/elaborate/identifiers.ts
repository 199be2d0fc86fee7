import type { Span } from "../diagnostic.js";
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

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const MAX_LENGTH = 100;

export function isIdentifier(name: string): boolean {
  return IDENTIFIER.test(name) && name.length <= MAX_LENGTH && !RESERVED.has(name);
}

/** Reports a name that generated code cannot carry. `what` is the kind of thing it names. */
export function checkIdentifier(context: Context, name: string, what: string, span: Span): boolean {
  if (isIdentifier(name)) return true;
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  const message = RESERVED.has(name)
    ? `\`${shown}\` is a reserved word and cannot name a ${what}`
    : `\`${shown}\` cannot name a ${what}`;
  context.error("FG213", message, span, {
    accepted: `ASCII letters, digits, \`_\` and \`$\`, not starting with a digit, at most ${MAX_LENGTH} of them, and no reserved word`,
    hint: RESERVED.has(name) ? `call it \`${name}_\`` : undefined,
  });
  return false;
}
