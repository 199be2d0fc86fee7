import type { VectorCode, VectorScope } from "./math/scope.js";
export function vectorFunction(_name: string, _type: string): ((x: string, scope: VectorScope) => VectorCode) | null { return null; }
export function interleave(lists: readonly (readonly string[])[]): readonly string[] { return lists.flat(); }
