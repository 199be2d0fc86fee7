import { runtimeSources, type RuntimeSource } from "./runtimeSources.js";

/**
 * Source text of runtime functions a standalone module calls, and of what they
 * use in turn, each behind what it needs. Nothing of it is exported.
 *
 * @param names functions of the runtime
 * @param taken names the module declares itself, which a declaration of the
 * runtime must not have: the functions called are renamed as {@link runtimeName}
 * says, what they use is renamed too
 */
export function inlineRuntime(
  names: readonly string[],
  target: "ts" | "js",
  taken: readonly string[] = [],
): string {
  const reserved = new Set(taken);
  const called = new Set(names);
  const nameOf = (name: string) =>
    called.has(name) ? runtimeName(name, reserved) : helperName(name, reserved);
  return withNeeds(names)
    .map((name) => text(name, target, nameOf))
    .filter((code) => code !== "")
    .join("\n\n");
}

/** What a function of the runtime is called in a module that declares the names of `taken`. */
export function runtimeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? runtimeName(`${name}_`, taken) : name;
}

/** As long as the name it stands for, so that lines end where the formatter ends them. */
function helperName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? helperName(name.replace(/[^_](_*)$/, "_$1"), taken) : name;
}

/** The declarations and all they need, what is needed first. */
function withNeeds(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const visit = (name: string): readonly string[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    return [...source(name).needs.flatMap(visit), name];
  };
  return names.toSorted().flatMap(visit);
}

function text(name: string, target: "ts" | "js", nameOf: (name: string) => string): string {
  const { needs, [target]: code } = source(name);
  return [name, ...needs].reduce((renamed, used) => rename(renamed, used, nameOf(used)), code);
}

/** The table holds no property and no local variable of a name that could be meant. */
function rename(code: string, from: string, to: string): string {
  if (from === to) return code;
  return code.replaceAll(new RegExp(`(?<![\\w$.])${from}(?![\\w$])`, "g"), to);
}

function source(name: string): RuntimeSource {
  const found = Object.hasOwn(runtimeSources, name) ? runtimeSources[name] : undefined;
  if (found === undefined) throw new Error(`the runtime has no function ${name}`);
  return found;
}
