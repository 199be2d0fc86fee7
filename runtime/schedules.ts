/** A learning rate as a function of the number of steps taken: 0, 1, 2, …. */
export type Schedule = (step: number) => number;

/** The same rate at every step. */
export function constant(rate: number): Schedule {
  return () => rate;
}

/** rate · factor^⌊step / every⌋: multiplied by `factor` every so many steps. */
export function stepDecay(rate: number, every: number, factor: number): Schedule {
  return (step) => rate * factor ** Math.floor(step / every);
}

/** rate · factor^(step / every): a smooth {@link stepDecay}. */
export function exponentialDecay(rate: number, every: number, factor: number): Schedule {
  return (step) => rate * factor ** (step / every);
}

/**
 * Half a cosine from `rate` at step 0 down to `lowest` at step `steps`, where it
 * stays. Source: Loshchilov and Hutter, SGDR (2017), without restarts.
 */
export function cosineDecay(rate: number, steps: number, lowest = 0): Schedule {
  return (step) => {
    const done = Math.min(step / steps, 1);
    return lowest + ((rate - lowest) * (1 + Math.cos(Math.PI * done))) / 2;
  };
}

/**
 * Climbs in equal parts to the first rate of `next` in `steps` steps, then
 * follows `next`, whose steps count from there.
 */
export function linearWarmup(steps: number, next: Schedule): Schedule {
  return (step) => (step < steps ? (next(0) * (step + 1)) / steps : next(step - steps));
}
