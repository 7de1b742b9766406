// Prints what a first visit downloads, compressed as a server would send it: every WASM, JS and CSS file of DIRECTORY, in KB.
// The same figure stands alone on a line for machines: figure wasm_brotli_kb N.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const directory = process.argv[2];
const sizes = readdirSync(directory, { recursive: true })
  .filter((name) => /\.(wasm|js|css)$/.test(name))
  .map((name) => {
    const raw = readFileSync(join(directory, name));
    const packed = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: raw.length } });
    return { name, raw: raw.length / 1024, packed: packed.length / 1024 };
  })
  .sort((a, b) => b.packed - a.packed);

for (const { name, raw, packed } of sizes) {
  console.log(`${name}: ${packed.toFixed(1)} KB brotli (${raw.toFixed(0)} KB raw)`);
}
const wasm = sizes.filter(({ name }) => name.endsWith('.wasm'));
console.log(`figure wasm_brotli_kb ${wasm.reduce((sum, { packed }) => sum + packed, 0).toFixed(0)}`);
