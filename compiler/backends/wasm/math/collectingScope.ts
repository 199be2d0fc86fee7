import type { VectorScope } from "./scope.js";

/** A scope for a function written piece by piece: its constants are set where the function begins. */
export interface CollectingScope extends VectorScope {
  /** The locals asked for, and the statements that fill the constants. */
  declarations(): string;
}

export function collectingScope(): CollectingScope {
  const constants = new Map<string, string>();
  const declared: string[] = [];
  return {
    local() {
      const name = `$t${declared.length}`;
      declared.push(`(local ${name} v128)`);
      return name;
    },
    constant(text) {
      const name = constants.get(text) ?? `$k${constants.size}`;
      constants.set(text, name);
      return `(local.get ${name})`;
    },
    declarations: () =>
      [
        ...declared,
        ...[...constants.values()].map((name) => `(local ${name} v128)`),
        ...[...constants].map(([text, name]) => `(local.set ${name} ${text})`),
      ].join("\n"),
  };
}
