import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Entrant } from "./contender.js";
import type { Network } from "./networks/network.js";
import type { ScalarProblem } from "./scalars/problem.js";

/** Other libraries that do what is measured, each a file of `peers/`. They are packages of this folder alone. */
const networks = ["tfjs", "jax", "onnxruntime"] as const;
const scalars = ["penrose", "rose", "mathjs"] as const;

const installed = existsSync(new URL("node_modules", import.meta.url));

export const hasPeers = (): boolean => installed;

/** Says how other libraries get into the tables, where they are not. */
export function explainPeers(): void {
  if (installed) return;
  console.log("\nOther libraries are not compared: `npm ci --prefix tests/bench` installs them.");
}

export const networkPeers = (): Promise<readonly Entrant<Network>[]> => load(networks);

export const scalarPeers = (): Promise<readonly Entrant<ScalarProblem>[]> => load(scalars);

async function load<Problem>(names: readonly string[]): Promise<readonly Entrant<Problem>[]> {
  if (!installed) return [];
  const modules = await Promise.all(
    names.map(async (name) => {
      // Not a literal: the project is checked without the peers.
      const path = new URL(`peers/${name}.ts`, import.meta.url).href;
      return (await import(path)) as { readonly entrants: readonly Entrant<Problem>[] };
    }),
  );
  return modules.flatMap(({ entrants }) => entrants);
}

/** A package of this folder with its version. */
export function versioned(name: string): string {
  const path = fileURLToPath(new URL(`node_modules/${name}/package.json`, import.meta.url));
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { readonly version: string };
  return `${name} ${version}`;
}
