// Numbers that a seed decides. The same parts give the same numbers on every machine.
import { createHash } from 'node:crypto';

/** A generator for this purpose: `seeded(1, 'strikes', 3)`. */
export function seeded(...parts) {
  let state = createHash('sha256').update(parts.join('\n')).digest().readUInt32LE(0);
  // mulberry32: 32 bits of state are plenty to choose when to strike.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    chance: (probability) => next() < probability,
    between: (low, high) => low + (high - low) * next(),
    whole: (low, high) => Math.floor(low + (high - low + 1) * next()),
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}
