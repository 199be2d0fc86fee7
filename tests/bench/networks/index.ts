import { eachInTurn, type Rounds } from "../harness.js";
import { networkPeers } from "../peers.js";
import { race } from "../race.js";
import { conv } from "./conv.js";
import { mlp } from "./mlp.js";
import type { Network } from "./network.js";
import { numpy } from "./numpy.js";
import { byHand, ours } from "./ours.js";
import { quotient } from "./quotient.js";
import { transformer } from "./transformer.js";

const quick: Rounds = { rounds: 31, roundSeconds: 0.02 };

const networks: readonly (readonly [network: () => Network, rounds: Rounds])[] = [
  [() => mlp(64, [784, 128, 10]), quick],
  [() => mlp(64, [1000, 100, 10]), quick],
  [() => mlp(256, [1024, 1024, 1024, 10]), { rounds: 5, roundSeconds: 0.02 }],
  [() => conv(32), quick],
  [() => transformer(8), quick],
  [() => quotient(4096), { rounds: 101, roundSeconds: 0.005 }],
];

/** One training step, the loss and its gradient by all parameters, in f32. */
export async function benchNetworks(): Promise<void> {
  const entrants = [byHand, ...ours, ...(await networkPeers()), numpy];
  await eachInTurn(networks, async ([make, rounds]) => {
    const problem = make();
    const { flops, title } = problem;
    await race({
      title,
      problem,
      entrants,
      rounds,
      tolerance: 1e-3,
      columns:
        flops === 0
          ? []
          : [{ head: "GFLOP/s", cell: ({ seconds }) => (flops / seconds / 1e9).toFixed(1) }],
    });
  });
}
