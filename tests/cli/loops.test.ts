import { describe, expect, it } from "vitest";
import { fileURLToPath } from "node:url";
import { cli } from "./support.js";

const cwd = fileURLToPath(new URL("../loops/programs", import.meta.url));

describe("flatgrad check of loops", () => {
  it.each(["determinant", "particles", "lstm", "rk4"])(
    "%s, whatever runs how often",
    async (file) => {
      const { code, out, err } = await cli(["check", `${file}.ts`, "--points", "2"], { cwd });
      expect(err).toBe("");
      expect(out).toContain("all gradients agree with differences to 1e-6");
      expect(code).toBe(0);
    },
  );
});
