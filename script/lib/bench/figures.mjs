// What was measured: each figure alone on a line at once, for machines and for whoever waits; all of them as a table at the end.
const figures = [];

/** `digits` after the point; `meaning` says in a few words what was compared or counted. */
export function figure(name, value, digits, meaning) {
  const text = value.toFixed(digits);
  figures.push({ name, text, meaning });
  console.log(`figure ${name} ${text}`);
}

export function printTable() {
  const names = Math.max(...figures.map(({ name }) => name.length));
  const values = Math.max(...figures.map(({ text }) => text.length));
  console.log('');
  for (const { name, text, meaning } of figures) console.log(`${name.padEnd(names)}  ${text.padStart(values)}  ${meaning}`);
}

export const best = (values) => Math.max(...values);

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
