/**
 * A number of the uniform distribution on [0, 1), in steps of 2⁻³², that is a
 * function of a seed and a position: the same on every machine, in any order.
 *
 * Source: the finaliser of MurmurHash3 (Austin Appleby, public domain),
 * applied to position and seed in turn. Not for cryptography.
 */
export function uniformAt(seed: number, position: number): number {
  const high = Math.floor(seed / 4294967296);
  let hash = mixBits((seed | 0) ^ 0x9e3779b9);
  hash = mixBits(hash ^ (high | 0));
  hash = mixBits(hash ^ (position | 0));
  hash = mixBits(hash ^ Math.floor(position / 4294967296));
  return (hash >>> 0) / 4294967296;
}

function mixBits(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
