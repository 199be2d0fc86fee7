import { format } from "prettier";
import { derivativesPage } from "./derivatives.js";
import { inexactPage } from "./inexact.js";
import { operationsPage } from "./operations.js";
import { conventionsPage, diagnosticsPage } from "./tables.js";

const NOTICE = "<!-- Written by `npm run docs` from the compiler's own tables. Do not edit. -->";

const PAGES: Readonly<Record<string, () => string>> = {
  "operations.md": operationsPage,
  "conventions.md": conventionsPage,
  "derivatives.md": derivativesPage,
  "diagnostics.md": diagnosticsPage,
  "inexact.md": inexactPage,
};

/** Every generated page by its name in `docs`, formatted. */
export async function pages(): Promise<ReadonlyMap<string, string>> {
  const formatted = Object.entries(PAGES).map(
    async ([name, page]) =>
      [
        name,
        await format(`${NOTICE}\n\n${page()}\n`, { parser: "markdown", printWidth: 100 }),
      ] as const,
  );
  return new Map(await Promise.all(formatted));
}
