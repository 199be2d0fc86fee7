const MAX_LENGTH = 60;

/**
 * The candidate that was probably meant, if one is near enough. Spelling in
 * another convention (`soft_max`) counts as the same.
 */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | null = null;
  for (const candidate of candidates) {
    if (candidate === name || candidate.length > MAX_LENGTH) continue;
    if (candidate.length === 1 && name.length === 1) continue;
    const distance = editDistance(fold(name), fold(candidate));
    if (distance > limit) continue;
    if (best === null || distance < best.distance) best = { candidate, distance };
  }
  return best?.candidate;
}

/** ``did you mean `relu`?``, or undefined. `known` is meant for certain. */
export function didYouMean(
  name: string,
  candidates: Iterable<string>,
  known?: string,
): string | undefined {
  const found = known ?? suggest(name, candidates);
  return found === undefined ? undefined : `did you mean \`${found}\`?`;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll("_", "");
}

/** Levenshtein distance with exchanged neighbours counted as one (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const distance = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (same ? 0 : 1),
        swapped ? at(i - 2, j - 2) + 1 : Infinity,
      );
      rows[i]?.push(distance);
    }
  }
  return at(a.length, b.length);
}
