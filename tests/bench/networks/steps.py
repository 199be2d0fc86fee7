"""Training steps of the benchmarked networks in NumPy, timed on request.

Reads one JSON object a line, answers each with one. The first names the kind of
network and describes a file of numbers: their names, shapes and whether they
are parameters; it is answered with the version and the loss, and the gradients
are written to a second file in that order. The others hold how many steps to
time.
"""

import json
import sys
import time

import numpy as np


def cross_entropy(scores, labels):
    rows = np.arange(len(labels))
    scores = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(scores)
    sums = exps.sum(axis=1, keepdims=True)
    loss = float((np.log(sums[:, 0]) - scores[rows, labels]).mean())
    d = exps / sums
    d[rows, labels] -= 1
    d /= np.float32(len(labels))
    return loss, d


def mlp(v):
    depth = (len(v) - 2) // 2
    inputs = [v["x"]]
    for layer in range(1, depth):
        inputs.append(np.maximum(inputs[-1] @ v[f"W{layer}"] + v[f"b{layer}"], 0))
    loss, d = cross_entropy(inputs[-1] @ v[f"W{depth}"] + v[f"b{depth}"], v["labels"])
    g = {}
    for layer in range(depth, 0, -1):
        g[f"W{layer}"] = inputs[layer - 1].T @ d
        g[f"b{layer}"] = d.sum(axis=0)
        if layer > 1:
            d = (d @ v[f"W{layer}"].T) * (inputs[layer - 1] > 0)
    return loss, g


def windows(x):
    """Rows of the 3 x 3 windows around each element: [N, H, W, C * 9]."""
    n, c, h, w = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return seen.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * 9)


def convolve(columns, f, c, n, size):
    y = columns @ f.reshape(len(f), -1).T + c.reshape(-1)
    return np.maximum(y, 0).reshape(n, size, size, len(f)).transpose(0, 3, 1, 2)


def pool(x):
    n, c, h, w = x.shape
    blocks = x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5)
    blocks = blocks.reshape(n, c, h // 2, w // 2, 4)
    at = blocks.argmax(axis=4)
    return np.take_along_axis(blocks, at[..., None], axis=4)[..., 0], at


def unpool(dy, at, x):
    """Back through the pooling and the relu before it."""
    n, c, h, w = dy.shape
    blocks = np.zeros((n, c, h, w, 4), np.float32)
    np.put_along_axis(blocks, at[..., None], dy[..., None], axis=4)
    dx = blocks.reshape(n, c, h, w, 2, 2).transpose(0, 1, 2, 4, 3, 5)
    return dx.reshape(x.shape) * (x > 0)


def rows_of(image):
    return image.transpose(0, 2, 3, 1).reshape(-1, image.shape[1])


def conv(v):
    n = len(v["labels"])
    columns1 = windows(v["x"])
    a1 = convolve(columns1, v["F1"], v["c1"], n, 28)
    h1, at1 = pool(a1)
    columns2 = windows(h1)
    a2 = convolve(columns2, v["F2"], v["c2"], n, 14)
    h2, at2 = pool(a2)
    flat = h2.reshape(n, 784)
    loss, d = cross_entropy(flat @ v["W"] + v["b"], v["labels"])
    da2 = unpool((d @ v["W"].T).reshape(h2.shape), at2, a2)
    d2 = rows_of(da2)
    turned = v["F2"][:, :, ::-1, ::-1].transpose(1, 0, 2, 3).reshape(8, -1)
    dh1 = (windows(da2) @ turned.T).reshape(n, 14, 14, 8).transpose(0, 3, 1, 2)
    d1 = rows_of(unpool(dh1, at1, a1))
    return loss, {
        "F1": d1.T @ columns1,
        "c1": d1.sum(axis=0),
        "F2": d2.T @ columns2,
        "c2": d2.sum(axis=0),
        "W": flat.T @ d,
        "b": d.sum(axis=0),
    }


def layer_norm(x, scale, shift):
    centred = x - x.mean(axis=-1, keepdims=True)
    inverse = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(1e-5))
    normal = centred * inverse
    return normal * scale + shift, normal, inverse


def layer_norm_backward(dy, scale, normal, inverse):
    d = dy * scale
    along = (d * normal).mean(axis=-1, keepdims=True)
    return (d - d.mean(axis=-1, keepdims=True) - normal * along) * inverse


def heads(x):
    return x.reshape(-1, 32, 4, 16).transpose(0, 2, 1, 3)


def rows_of_heads(x):
    return x.transpose(0, 2, 1, 3).reshape(-1, 64)


def transformer(v):
    x = v["x"].reshape(-1, 64)
    y1, normal1, inverse1 = layer_norm(x, v["scale1"], v["shift1"])
    q, k, values = (heads(y1 @ v[name]) for name in ("Wq", "Wk", "Wv"))
    scores = q @ k.transpose(0, 1, 3, 2) * np.float32(0.25)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    mixed = rows_of_heads(weights @ values)
    attended = x + mixed @ v["Wo"]
    y2, normal2, inverse2 = layer_norm(attended, v["scale2"], v["shift2"])
    hidden = np.maximum(y2 @ v["W1"] + v["b1"], 0)
    block = attended + hidden @ v["W2"] + v["b2"]
    pooled = block.reshape(-1, 32, 64).mean(axis=1)
    loss, d = cross_entropy(pooled @ v["W3"] + v["b3"], v["labels"])
    g = {"W3": pooled.T @ d, "b3": d.sum(axis=0)}
    dblock = np.repeat(d @ v["W3"].T / np.float32(32), 32, axis=0)
    g["W2"], g["b2"] = hidden.T @ dblock, dblock.sum(axis=0)
    dhidden = (dblock @ v["W2"].T) * (hidden > 0)
    g["W1"], g["b1"] = y2.T @ dhidden, dhidden.sum(axis=0)
    dy2 = dhidden @ v["W1"].T
    g["scale2"], g["shift2"] = (dy2 * normal2).sum(axis=0), dy2.sum(axis=0)
    dattended = dblock + layer_norm_backward(dy2, v["scale2"], normal2, inverse2)
    g["Wo"] = mixed.T @ dattended
    dmixed = heads(dattended @ v["Wo"].T)
    dvalues = weights.transpose(0, 1, 3, 2) @ dmixed
    dweights = dmixed @ values.transpose(0, 1, 3, 2)
    along = (dweights * weights).sum(axis=-1, keepdims=True)
    dscores = weights * (dweights - along) * np.float32(0.25)
    dq, dk = dscores @ k, dscores.transpose(0, 1, 3, 2) @ q
    dy1 = np.zeros_like(y1)
    for name, d in (("Wq", dq), ("Wk", dk), ("Wv", dvalues)):
        d = rows_of_heads(d)
        g[name] = y1.T @ d
        dy1 += d @ v[name].T
    g["scale1"], g["shift1"] = (dy1 * normal1).sum(axis=0), dy1.sum(axis=0)
    return loss, g


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def quotient(v):
    x, y = v["x"], v["y"]
    sigy, sigx = sigmoid(y), sigmoid(x)
    xpy = x + y
    inv = 1 / (sigx + xpy * xpy)
    value = (x + sigy) * inv
    dden = -value * inv
    dxpy = 2 * xpy * dden
    dx = dxpy + (1 - sigx) * sigx * dden + inv
    dy = dxpy + (1 - sigy) * sigy * inv
    return float(value.sum()), {"x": dx, "y": dy}


def read(path, inputs):
    data = np.fromfile(path, dtype=np.float32)
    values, start = {}, 0
    for name, shape in inputs:
        end = start + int(np.prod(shape))
        values[name] = data[start:end].reshape(shape).copy()
        start = end
    if "labels" in values:
        values["labels"] = values["labels"].astype(np.int64)
    return values


def main():
    given = json.loads(sys.stdin.readline())
    step = {"mlp": mlp, "conv": conv, "transformer": transformer, "quotient": quotient}[
        given["kind"]
    ]
    values = read(given["path"], given["inputs"])
    loss, gradients = step(values)
    parts = [gradients[name].astype(np.float32).ravel() for name in given["parameters"]]
    np.concatenate(parts).tofile(given["answer"])
    print(json.dumps({"version": np.__version__, "loss": loss}), flush=True)
    for line in sys.stdin:
        calls = json.loads(line)["calls"]
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(calls):
            step(values)
        seconds = min(time.perf_counter() - start, time.process_time() - cpu)
        print(json.dumps({"seconds": seconds}), flush=True)


main()
