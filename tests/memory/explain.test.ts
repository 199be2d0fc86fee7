import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cli, folder } from "../cli/support.js";

const twoLayers = `import {
  matmul,
  relu,
  softmaxCrossEntropy,
  sum,
  type Labels,
  type Param,
  type Tensor,
} from "flatgrad";

/** Two-layer classifier with L2 regularisation. */
export function loss(
  x: Tensor<["N", 784]>,
  y: Labels<"N">,
  W1: Param<[784, 128]>,
  b1: Param<[128]>,
  W2: Param<[128, 10]>,
  b2: Param<[10]>,
) {
  const h = relu(matmul(x, W1) + b1);
  const scores = matmul(h, W2) + b2;
  return softmaxCrossEntropy(scores, y) + 1e-3 * (sum(W1 ** 2) + sum(W2 ** 2));
}
`;

const recurrence = `import { type Tensor } from "flatgrad";

export function f(x: Tensor<["N"], "f64">, w: number) {
  let s = w;
  for (let i = 0; i < x.length; i++) {
    const z = s * Math.sin(x[i] * w);
    s = z * z + Math.tanh(z * w) + x[i] * w;
  }
  return s;
}
`;

async function explained(model: string, ...options: readonly string[]): Promise<string> {
  const cwd = folder({ "model.ts": model });
  const { code, out, err } = await cli(["explain-memory", "model.ts", ...options], { cwd });
  expect(err).toBe("");
  expect(code).toBe(0);
  return out;
}

it("explains what a network keeps", async () => {
  expect(await explained(twoLayers)).toBe(
    `loss: what its gradient reads of its forward pass
value    type         bytes  line  decision  computing it again                read by
h        f32[N, 128]  512*N  20    stored    1579 per element, from x, W1, b1  dW2 += hᵀ · dscores (line 21)
                                                                               h > 0, for dxW1PlusB1 (line 20)
exps     f32[N, 10]   40*N   22    stored    2692*N in all, from W2, b2, h     exps / sumExps, for dscores (line 22)
sumExps  f32[N, 1]    4*N    22    stored    10 per element, from exps         exps / sumExps, for dscores (line 22)
stored: 556*N bytes
`,
  );
});

it("explains what a budget changes", async () => {
  expect(await explained(twoLayers, "--size", "N=64", "--memory-budget", "35400")).toBe(
    `loss: what its gradient reads of its forward pass
value    type          bytes  line  decision    computing it again                read by
h        f32[64, 128]  32768  20    stored      1579 per element, from x, W1, b1  dW2 += hᵀ · dscores (line 21)
                                                                                  h > 0, for dxW1PlusB1 (line 20)
exps     f32[64, 10]   2560   22    stored      172288 in all, from W2, b2, h     exps / sumExps, for dscores (line 22)
sumExps  f32[64, 1]    256    22    recomputed  10 per element, from exps         exps / sumExps, for dscores (line 22)
stored: 35328 bytes; with what is computed again at most 35328 at once
`,
  );
});

it("explains what a loop keeps, and what it does not", async () => {
  expect(await explained(recurrence)).toBe(
    `f: what its gradient reads of its forward pass
value          type    bytes  line  decision    computing it again                        read by
s              f64[N]  8*N    5     stored      the loop carries it from turn to turn     dz * s, for dx (line 6)
sin(x[i] * w)  f64[N]  8*N    6     stored      12 per element, from x, w                 ds = dz * sin(x[i] * w) (line 6)
tanhZTimesW    f64[N]  8*N    7     stored      12 per element, from s, w, sin(x[i] * w)  tanhZTimesW * tanhZTimesW, for dzTimesW (line 7)
z              f64[N]  8*N    6     recomputed  1 per element, from s, sin(x[i] * w)      2 * z, for dz (line 7)
                                                                                          dw += dzTimesW * z (line 7)
x[i] * w       f64[N]  8*N    6     recomputed  2 per element, from w, x                  cos(x[i] * w), for dx (line 6)
stored: 24*N bytes
`,
  );
});

it("takes a budget into loops", async () => {
  expect(await explained(recurrence, "--size", "N=1000", "--memory-budget", "8k")).toBe(
    `f: what its gradient reads of its forward pass
value          type       bytes  line  decision    computing it again                     read by
s              f64[1000]  8000   5     stored      the loop carries it from turn to turn  dz * s, for dx (line 6)
x[i] * w       f64[1000]  8000   6     recomputed  2 per element, from x, w               cos(x[i] * w), for dx (line 6)
sin(x[i] * w)  f64[1000]  8000   6     recomputed  12 per element, from x, w              ds = dz * sin(x[i] * w) (line 6)
z              f64[1000]  8000   6     recomputed  13 per element, from s, x, w           2 * z, for dz (line 7)
                                                                                          dw += dzTimesW * z (line 7)
tanhZTimesW    f64[1000]  8000   7     recomputed  24 per element, from s, x, w           tanhZTimesW * tanhZTimesW, for dzTimesW (line 7)
stored: 8000 bytes
`,
  );
});

it("explains what a checkpoint computes again", async () => {
  const model = `import { checkpoint, matmul, sum, tanh, type Param, type Tensor } from "flatgrad";

function layers(x: Tensor<[4, 4]>, W: Tensor<[4, 4]>) {
  const a = tanh(matmul(x, W));
  const b = tanh(matmul(a, W));
  return b;
}

export function f(x: Tensor<[4, 4]>, W: Param<[4, 4]>) {
  const c = checkpoint(layers)(x, W);
  return sum(c ** 3);
}
`;
  expect(await explained(model)).toBe(
    `f: what its gradient reads of its forward pass
value     type       bytes  line  decision    computing it again         read by
bSquared  f32[4, 4]  64     11    stored      37 per element, from x, W  db = 3 * bSquared (line 11)
bSquared  f32[4, 4]  64     11    recomputed  37 per element, from x, W  1 - b * b, for daW (line 5)
a         f32[4, 4]  64     4     recomputed  18 per element, from x, W  dW += aᵀ · daW (line 5)
                                                                         a * a, for dxW (line 4)
stored: 64 bytes
`,
  );
});

it.each([
  ["network", twoLayers],
  ["loop", recurrence],
])("is what the documentation shows of the %s", async (_name, model) => {
  const page = readFileSync(new URL("../../docs/memory.md", import.meta.url), "utf8");
  expect(page).toContain(`\n\`\`\`\n${await explained(model)}\`\`\`\n`);
});

it("says so where nothing is kept", async () => {
  const { out } = await cli(["explain-memory", "f(x, y) = x * y"]);
  expect(out).toBe(`f: what its gradient reads of its forward pass
nothing but the inputs and single numbers
`);
});

it("numbers the turns that nobody knows, the same at every call", async () => {
  const model = `export function f(x: number, w: number) {
  let s = w;
  while (s < 100) {
    s = s * Math.exp(x * s * 0.01) + 1;
  }
  return s;
}
`;
  const first = await explained(model);
  expect(first).toContain("f64[trips]  8*trips  3 ");
  expect(first).toContain("stored: 16*trips bytes");
  expect(await explained(model)).toBe(first);
});
