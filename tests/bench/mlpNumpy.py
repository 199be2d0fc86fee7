"""A training step of a multilayer perceptron in NumPy, timed on request.

Reads one JSON object a line, answers each with one. The first holds the sizes
and the file of the numbers (x, labels, then W and b of each layer); it is
answered with the version and the loss. The others hold how many steps to time.
"""

import json
import sys
import time

import numpy as np


def read(path, batch, sizes):
    data = np.fromfile(path, dtype=np.float32)
    lengths = [batch * sizes[0], batch]
    for inputs, outputs in zip(sizes, sizes[1:]):
        lengths += [inputs * outputs, outputs]
    parts = np.split(data, np.cumsum(lengths)[:-1])
    x = parts[0].reshape(batch, sizes[0])
    labels = parts[1].astype(np.int64)
    weights = [w.reshape(i, -1) for w, i in zip(parts[2::2], sizes)]
    return x, labels, weights, parts[3::2]


def step(x, labels, weights, biases):
    rows = np.arange(len(labels))
    inputs = [x]
    for w, b in zip(weights[:-1], biases[:-1]):
        inputs.append(np.maximum(inputs[-1] @ w + b, 0))
    scores = inputs[-1] @ weights[-1] + biases[-1]
    scores -= scores.max(axis=1, keepdims=True)
    exps = np.exp(scores)
    sums = exps.sum(axis=1, keepdims=True)
    loss = float((np.log(sums[:, 0]) - scores[rows, labels]).mean())
    d = exps / sums
    d[rows, labels] -= 1
    d /= np.float32(len(labels))
    gradients = []
    for layer in reversed(range(len(weights))):
        gradients.append((inputs[layer].T @ d, d.sum(axis=0)))
        if layer > 0:
            d = (d @ weights[layer].T) * (inputs[layer] > 0)
    return loss, gradients


def main():
    given = json.loads(sys.stdin.readline())
    numbers = read(given["path"], given["batch"], given["sizes"])
    loss, _ = step(*numbers)
    print(json.dumps({"version": np.__version__, "loss": loss}), flush=True)
    for line in sys.stdin:
        calls = json.loads(line)["calls"]
        start = time.process_time()
        for _ in range(calls):
            step(*numbers)
        print(json.dumps({"seconds": time.process_time() - start}), flush=True)


main()
