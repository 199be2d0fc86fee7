import { fileURLToPath } from "node:url";
import { Project, ts } from "ts-morph";

/** What the author's editor reports of a model file. */
export interface TypeError {
  readonly line: number;
  readonly message: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

const project = new Project({
  compilerOptions: {
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    types: [],
    paths: { flatgrad: [`${root}compiler/model/index.ts`] },
  },
});

/** Type-checks a model file under `strict`, as the author's editor does. */
export function typeErrors(source: string): readonly TypeError[] {
  const file = project.createSourceFile(`${root}tests/model/snippet.ts`, source, {
    overwrite: true,
  });
  const errors = file.getPreEmitDiagnostics().map((diagnostic) => ({
    line: diagnostic.getLineNumber() ?? 0,
    message: ts.flattenDiagnosticMessageText(diagnostic.compilerObject.messageText, "\n"),
  }));
  project.removeSourceFile(file);
  return errors;
}
