import { runtimeSources, type RuntimeSource } from "./runtimeSources.js";

/**
 * Source text of runtime functions a standalone module calls, and of what they
 * use in turn, each behind what it needs. Nothing of it is exported.
 *
 * @param names functions of the runtime
 * @param taken names the module declares itself; a declaration of the runtime
 * that has one of them gets `_` appended, as {@link runtimeName} says
 */
export function inlineRuntime(
  names: readonly string[],
  target: "ts" | "js",
  taken: readonly string[] = [],
): string {
  return withNeeds(names)
    .map((name) => text(name, target, new Set(taken)))
    .filter((code) => code !== "")
    .join("\n\n");
}

/** What a declaration of the runtime is called in a module that declares the names of `taken`. */
export function runtimeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? runtimeName(`${name}_`, taken) : name;
}

/** The declarations and all they need, what is needed first. */
function withNeeds(names: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const need of source(name).needs) {
      if (need !== name && !found.has(need)) visit(need);
    }
    found.add(name);
  };
  names.toSorted().forEach(visit);
  return [...found];
}

function text(name: string, target: "ts" | "js", taken: ReadonlySet<string>): string {
  const { needs, [target]: code } = source(name);
  return [name, ...needs].reduce(
    (renamed, used) => rename(renamed, used, runtimeName(used, taken)),
    code,
  );
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
