/**
 * A syntax tree as indented text: a line for each node, `kind` and plain fields
 * on it, children below. Places are left out.
 */
export function syntaxText(node: object): string {
  return lines(node, "", 0).join("\n");
}

function lines(node: object, label: string, depth: number): readonly string[] {
  const entries = Object.entries(node).filter(
    ([key, value]) => !/^(span|\w+Span)$/.test(key) && value !== undefined,
  );
  const plain = entries.filter(([, value]) => !isBranch(value));
  const branches = entries.filter(([, value]) => isBranch(value));
  const words = plain.map(([key, value]) =>
    key === "kind" ? String(value) : `${key}=${JSON.stringify(value)}`,
  );
  const head = `${"  ".repeat(depth)}${label}${words.join(" ")}`.trimEnd();
  return [
    ...(head.trim() === "" ? [] : [head]),
    ...branches.flatMap(([key, value]) => branch(key, value, depth + 1)),
  ];
}

function branch(key: string, value: unknown, depth: number): readonly string[] {
  if (!Array.isArray(value)) return lines(value as object, `${key}: `, depth);
  const items: readonly unknown[] = value;
  return items.flatMap((item, i) => {
    const label = `${key}[${i}]: `;
    return isBranch(item)
      ? lines(item as object, label, depth)
      : [`${"  ".repeat(depth)}${label}${JSON.stringify(item)}`];
  });
}

/** Objects and lists that are not empty have lines of their own. */
function isBranch(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
