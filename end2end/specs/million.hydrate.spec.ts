// A list of a million people, given in the browser: how far it is can be seen, memory stays small, and the table is there at once.
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, hydrated, open, test } from '../fixtures';
import { SetupPage } from '../pages/setup';

const ROWS = 1_000_000;
const MAX_RESIDENT_MB = 300;

/** The file in parts of some rows each, so that neither it nor the test holds all of it. */
function* csv(): Generator<string> {
  yield 'name,email\n';
  for (let from = 1; from <= ROWS; from += 10_000) {
    let part = '';
    for (let i = from; i < from + 10_000; i += 1) part += `Person ${i},p${i}@example${i % 97}.com\n`;
    yield part;
  }
}

test('a million rows are taken in and looked at', async ({ page, freshApp }, testInfo) => {
  test.setTimeout(180_000);
  const app = await freshApp();
  const setup = new SetupPage(page);
  await setup.open(app.setupLink);
  await setup.createOwner({ name: 'Mara Marketer', email: 'mara@example.com', password: 'nine hundred grey geese' });
  await open(page, `${app.url}/drafts/new`);
  await page.getByLabel('Name', { exact: true }).fill('Everybody');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByRole('heading', { name: 'Everybody', level: 1 })).toBeVisible();
  await open(page, `${app.url}${new URL(page.url()).pathname}?step=recipients`);

  const file = testInfo.outputPath('million.csv');
  await pipeline(Readable.from(csv()), createWriteStream(file));
  await page.getByLabel('Upload a file').setInputFiles(file);
  // What the bar says, whenever it changes.
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const value = document.querySelector('progress[aria-label="Checked"]')?.getAttribute('value');
      if (value && Number(value) !== seen.at(-1)) seen.push(Number(value));
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['value'] });
  });
  await page.getByRole('button', { name: 'Upload list' }).click();
  await expect(page.getByRole('progressbar').first()).toBeVisible();
  const rows = page.getByRole('navigation', { name: 'Rows' });
  await expect(rows.getByRole('link', { name: /^Valid/ })).toContainText('1,000,000', { timeout: 120_000 });
  await rm(file);
  const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
  expect(seen.length, 'steps of the bar').toBeGreaterThanOrEqual(3);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(await app.peakResidentMb()).toBeLessThan(MAX_RESIDENT_MB);

  // Each look at the table takes a moment, not a walk through the list.
  const soon = { timeout: 3_000 };
  await expect(page.getByRole('cell', { name: 'p1@example1.com', exact: true })).toBeVisible(soon);
  await page.getByRole('link', { name: 'Next', exact: true }).click();
  await expect(page.getByRole('cell', { name: 'p60@example60.com', exact: true })).toBeVisible(soon);
  await hydrated(page);
  const address = `p987654@example${987_654 % 97}.com`;
  await page.getByLabel('Search recipients').fill(address);
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('cell', { name: address, exact: true })).toBeVisible(soon);
  // The head, and the one that was looked for.
  await expect(page.getByRole('row')).toHaveCount(2);
  expect(await app.peakResidentMb()).toBeLessThan(MAX_RESIDENT_MB);
});
