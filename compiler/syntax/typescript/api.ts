/** The TypeScript parser. Nothing else in the compiler imports ts-morph. */
export { ts } from "ts-morph";
