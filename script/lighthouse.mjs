// Asks Lighthouse for its marks. The options stand in script/lighthouse.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Instance, newsletter, Owner, recipientList } from './lib/app.mjs';
import { freshDirectory, removeDirectory, run } from './lib/processes.mjs';

const LIGHTHOUSE = 'lighthouse@12.8.2';
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];

const { values: options } = parseArgs({ options: { app: { type: 'string' }, runs: { type: 'string', default: '3' }, desktop: { type: 'boolean', default: false }, keep: { type: 'string' } } });

const runs = Number(options.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a whole number from 1 on, not ${options.runs}`);

/** The marks of one visit to a page, by category. */
async function visit(url, cookie, file) {
  const child = spawn('npx', [
    '--yes', LIGHTHOUSE, url, '--quiet', '--output=json', '--output=html', `--output-path=${file}`, `--only-categories=${CATEGORIES}`,
    '--chrome-flags=--headless=new --no-sandbox --disable-gpu', ...(options.desktop ? ['--preset=desktop'] : []),
    ...(cookie ? [`--extra-headers=${JSON.stringify({ cookie })}`] : []),
  ], { stdio: 'inherit', env: { ...process.env, CHROME_PATH: process.env.CHROMIUM_PATH } });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`Lighthouse ended with ${code}`);
  const report = JSON.parse(readFileSync(`${file}.report.json`, 'utf8'));
  for (const { id, score, title } of Object.values(report.audits)) {
    if (score !== null && score < 0.9) console.log(`  ${id}: ${title} (${report.audits[id].displayValue ?? 'failed'})`);
  }
  return Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(report.categories[name].score * 100)]));
}

/** The median of so many visits, by category: one visit alone says little, as other work of the machine counts against the page. */
async function marks(url, cookie, file) {
  const visits = [];
  for (let i = 1; i <= runs; i += 1) visits.push(await visit(url, cookie, `${file}-${i}`));
  return Object.fromEntries(CATEGORIES.map((name) => {
    const all = visits.map((marks) => marks[name]).sort((a, b) => a - b);
    console.log(`  ${name}: ${all.join(', ')}`);
    return [name, all[Math.floor(all.length / 2)]];
  }));
}

await run(async () => {
  const directory = freshDirectory('lighthouse');
  const keep = options.keep ? resolve(options.keep) : directory;
  mkdirSync(keep, { recursive: true });
  const instance = await new Instance({ appDir: options.app, dataDir: join(directory, 'data') }).start();
  try {
    const owner = new Owner(() => instance);
    await owner.setUp();
    const [{ id: account }] = await owner.call('accounts/list-choices');
    await owner.launch(await owner.draft({ html: newsletter(4_000), account, csv: recipientList(200) }));
    const campaign = await owner.newestCampaign();
    await owner.finished(campaign, 60_000);
    const pages = { sign_in: ['/sign-in', ''], home: ['/', owner.cookie], report: [`/campaigns/${campaign}/report`, owner.cookie] };
    for (const [name, [path, cookie]] of Object.entries(pages)) {
      console.log(`\n${path}`);
      for (const [category, mark] of Object.entries(await marks(`${instance.url}${path}`, cookie, join(keep, name)))) {
        console.log(`figure lighthouse_${name}_${category.replace('-', '_')} ${mark}`);
      }
    }
  } finally {
    await instance.end('SIGTERM', 10_000);
    removeDirectory(directory);
  }
});
