import { expect, it } from "vitest";
import { runtimeTable } from "../support/embedRuntime.js";

it("the embedded runtime is the runtime", async () => {
  await expect(await runtimeTable()).toMatchFileSnapshot(
    "../../compiler/backends/typescript/runtimeSources.ts",
  );
});
