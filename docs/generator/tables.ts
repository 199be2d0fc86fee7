import { catalogue, type CatalogueEntry } from "../../compiler/catalogue.js";
import { conventions } from "../../compiler/conventions.js";

/** The page of conventions: one table. */
export function conventionsPage(): string {
  const rows = Object.values(conventions).map(
    (one) => `| ${cell(one.case)} | ${cell(one.ours)} | ${cell(one.why)} |`,
  );
  return `# Conventions

Where a function has a kink, a tie or a pole, its derivative is a matter of choice.
These are the choices of flatgrad, each of them tested. A generated file lists
those it relies on; \`flatgrad conventions\` prints the table.

| case | flatgrad | why |
| --- | --- | --- |
${rows.join("\n")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*");
}

const FAMILIES: Readonly<Record<string, string>> = {
  FG1: "Syntax",
  FG2: "Names and language",
  FG3: "Shapes and types",
  FG4: "Derivatives",
  FG5: "Use of the tool",
};

/** The page of the catalogue of diagnostics. */
export function diagnosticsPage(): string {
  const entries = Object.entries<CatalogueEntry>(catalogue);
  const families = Object.entries(FAMILIES).flatMap(([prefix, title]) => [
    `## ${title}`,
    ...entries
      .filter(([code]) => code.startsWith(prefix))
      .map(([code, entry]) => section(code, entry)),
  ]);
  return [
    `# Diagnostics

What flatgrad reports, by code; \`flatgrad explain FG203\` prints one entry. Each
begins with the place: file, line, column, and the lines around it.`,
    ...families,
  ].join("\n\n");
}

function section(code: string, { title, cause, example, fix }: CatalogueEntry): string {
  return [
    `### ${code}: ${title}`,
    cause.replaceAll("*", "\\*"),
    block(example),
    "Instead:",
    block(fix),
  ].join("\n\n");
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
