// Prints what a browser downloads, compressed as a server would send it: every WASM, JS and CSS file of DIRECTORY, in KB. The first visit
// loads the main bundle and the code of the page it asks for; other pages load theirs when they are opened.
// For machines, alone on lines: figure wasm_brotli_kb N (the main bundle), figure wasm_page_brotli_kb N (the largest page's own code).
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
const main = wasm.filter(({ name }) => /^mailer\b/.test(name));
const pages = wasm.filter((file) => !main.includes(file));
console.log(`figure wasm_brotli_kb ${main.reduce((sum, { packed }) => sum + packed, 0).toFixed(0)}`);
if (pages.length > 0) console.log(`figure wasm_page_brotli_kb ${pages[0].packed.toFixed(0)}`);
