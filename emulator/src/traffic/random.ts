/** Random numbers from 0 to 1 (exclusive): always the same ones for the same seed and minute (mulberry32). */
export function randomNumbers(seed: number, minute: number): () => number {
  let state = mix(mix(seed) ^ minute);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 2 ** 32;
  };
}

function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 15), value | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return (bits ^ (bits >>> 14)) >>> 0;
}
