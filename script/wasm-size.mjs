// Prints what browsers download, compressed as a server would send it: every WASM, JS and CSS file of DIRECTORY, in KB.
// Two figures stand alone on lines for machines: wasm_brotli_kb is the part that every visit needs, wasm_all_brotli_kb that and all
// areas of the site, whose parts are downloaded when they are first visited.
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
const sum = (files) => files.reduce((total, { packed }) => total + packed, 0).toFixed(0);
console.log(`figure wasm_brotli_kb ${sum(wasm.filter(({ name }) => name.startsWith('mailer')))}`);
console.log(`figure wasm_all_brotli_kb ${sum(wasm)}`);
