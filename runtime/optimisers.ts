import type { Arrays } from "./gradientNames.js";
import { createOptimiser, type LearningRate, type Optimiser } from "./optimiser.js";

/** Options of {@link sgd}. */
export interface SgdOptions {
  readonly learningRate: LearningRate;
}

/** Options of {@link momentum} and {@link nesterov}. */
export interface MomentumOptions extends SgdOptions {
  /** What remains of the velocity after a step; 0.9 by default. */
  readonly momentum?: number;
}

/** Options of {@link adam}. */
export interface AdamOptions {
  /** 0.001 by default. */
  readonly learningRate?: LearningRate;
  /** Decay of the mean of gradients; 0.9 by default. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients; 0.999 by default. */
  readonly beta2?: number;
  /** Added to the root in the denominator; 1e-8 by default. */
  readonly epsilon?: number;
}

/** Options of {@link adamw}. */
export interface AdamWOptions extends AdamOptions {
  /** The share of a parameter, times the learning rate, taken off; 0.01. */
  readonly weightDecay?: number;
}

/** Gradient descent: p −= rate · g. */
export function sgd<T extends Arrays<T>>(
  parameters: T,
  { learningRate }: SgdOptions,
): Optimiser<T> {
  return createOptimiser(parameters, learningRate, 0, (p, g, _, rate) => {
    for (let i = 0; i < p.length; i++) p[i]! -= rate * g[i]!;
  });
}

/**
 * Gradient descent with momentum: v = μv + g; p −= rate · v.
 * Source: Polyak (1964), in the form of PyTorch.
 */
export function momentum<T extends Arrays<T>>(
  parameters: T,
  { learningRate, momentum: mu = 0.9 }: MomentumOptions,
): Optimiser<T> {
  return createOptimiser(parameters, learningRate, 1, (p, g, states, rate) => {
    const v = states[0]!;
    for (let i = 0; i < p.length; i++) {
      v[i] = mu * v[i]! + g[i]!;
      p[i]! -= rate * v[i]!;
    }
  });
}

/**
 * Nesterov's accelerated gradient: v = μv + g; p −= rate · (g + μv).
 * Source: Sutskever et al. (2013), in the form of PyTorch.
 */
export function nesterov<T extends Arrays<T>>(
  parameters: T,
  { learningRate, momentum: mu = 0.9 }: MomentumOptions,
): Optimiser<T> {
  return createOptimiser(parameters, learningRate, 1, (p, g, states, rate) => {
    const v = states[0]!;
    for (let i = 0; i < p.length; i++) {
      v[i] = mu * v[i]! + g[i]!;
      p[i]! -= rate * (g[i]! + mu * v[i]!);
    }
  });
}

/**
 * Adam: steps of about the learning rate, whatever the gradient's scale.
 * Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015).
 */
export function adam<T extends Arrays<T>>(parameters: T, options: AdamOptions = {}): Optimiser<T> {
  return adamw(parameters, { ...options, weightDecay: 0 });
}

/**
 * Adam with decoupled weight decay: p −= rate · weightDecay · p goes first.
 * Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (2019).
 */
export function adamw<T extends Arrays<T>>(
  parameters: T,
  {
    learningRate = 1e-3,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0.01,
  }: AdamWOptions = {},
): Optimiser<T> {
  return createOptimiser(parameters, learningRate, 2, (p, g, states, rate, step) => {
    const mean = states[0]!;
    const square = states[1]!;
    // Both means start at zero; these undo the bias towards it.
    const scale = rate / (1 - beta1 ** step);
    const spread = 1 / Math.sqrt(1 - beta2 ** step);
    const kept = 1 - rate * weightDecay;
    for (let i = 0; i < p.length; i++) {
      const d = g[i]!;
      const m = beta1 * mean[i]! + (1 - beta1) * d;
      const s = beta2 * square[i]! + (1 - beta2) * d * d;
      mean[i] = m;
      square[i] = s;
      p[i] = kept * p[i]! - (scale * m) / (Math.sqrt(s) * spread + epsilon);
    }
  });
}
