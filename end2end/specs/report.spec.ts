// What came of a campaign, and campaigns among each other: people and machines apart, the click map, filters, comparing.
import { axe, expect, hasJavaScript, hydrated, open, test } from '../fixtures';
import { send } from '../fixtures/campaign';

const html = `<!doctype html><html><body><h1>News</h1><p><a href="https://example.com/one">First story</a></p>
  <p><a href="https://example.com/two">Second story</a></p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>`;
const people = (n: number, domain: string) => Array.from({ length: n }, (_, i) => `person${i + 1}@${domain}`);
const as = (agent: string) => ({ headers: { 'user-agent': agent }, redirect: 'manual' as const });
const firefox = as('Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0');

test('a report tells people from machines and shows where people clicked', async ({ signedIn: page, app, smtp }, info) => {
  test.setTimeout(120_000);
  const name = `Harvest ${info.project.name}`;
  const campaign = await send(page, app.url, smtp, { name, html, to: [...people(6, 'one.example'), ...people(3, 'two.example')] });
  const links = (to: string, pattern: RegExp) => {
    const mail = String(smtp.to(to)[0]?.mail.html);
    return [...mail.matchAll(pattern)].map((match) => match[1] ?? '');
  };
  const pixel = (to: string) => links(to, /src="([^"]*\/t\/o\/[^"]*)"/g)[0] ?? '';
  const clicks = (to: string) => links(to, /href="([^"]*\/t\/c\/[^"]*)"/g);

  // A mail filter follows everything in the mail, also what nobody can see; Apple loads the pictures of an unopened mail.
  const [trap] = links('person1@one.example', /href="([^"]*\/t\/r\/[^"]*)"/g);
  for (const link of [...clicks('person1@one.example'), trap ?? '']) expect((await fetch(link, firefox)).status).toBeLessThan(400);
  await fetch(pixel('person2@one.example'), as('Mozilla/5.0'));

  // A person reads and clicks, later than a machine would.
  const report = `/campaigns/${campaign.id}/report`;
  await expect(async () => {
    await fetch(pixel('person3@two.example'), firefox);
    await fetch(clicks('person3@two.example')[1] ?? '', firefox);
    await open(page, report);
    await expect(page.getByText(/^1 opened, \d+ opens? in all/)).toBeVisible({ timeout: 1_000 });
    await expect(page.getByText(/^1 clicked, \d+ clicks? in all/)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 40_000 });
  const region = (name: string) => page.getByRole('region', { name, exact: true });
  await expect(region('People and machines').getByRole('row', { name: /^Messages clicked/ })).toHaveText(/1\s*[12]$/);
  await page.getByText('How the machines were recognised').click();
  await expect(region('People and machines')).toContainText('followed a link that nobody can see');
  await expect(region('People and machines')).toContainText("as Apple's privacy proxy does");
  await expect(region('Top links').getByRole('row', { name: /Second story/ })).toContainText('100.0%');
  await page.getByRole('link', { name: 'See them in the mail' }).click();
  await expect(page.frameLocator('iframe[title="Click map of the mail"]').getByText('100.0%')).toBeVisible();
  await expect(region('Devices and mail programs')).toContainText('Firefox');
  await expect(region('Domains').getByRole('row', { name: /^one.example/ })).toHaveText(/6\s*6\s*0/);

  // A definition is one tap away.
  await page.getByRole('button', { name: 'What Open rate means' }).click();
  await expect(page.getByRole('note').getByText('Messages that people opened at least once')).toBeVisible();
  await page.keyboard.press('Escape');
  for (const size of [{ width: 1280, height: 900 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(size);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await axe(page);
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });

  // As a file and on paper.
  const csv = await (await page.request.get(`${app.url}${report}.csv`)).text();
  expect(csv).toContain('engagement,Opens by machines,');
  expect(csv).toMatch(/domain,one\.example,recipients,6,/);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('link', { name: 'Export CSV' })).toBeHidden();
  await expect(region('Domains')).toBeVisible();
  await page.emulateMedia({ media: 'screen' });

  // Who it was, and everything that happened to them.
  await page.getByRole('link', { name: /^Clicked 1/ }).click();
  await page.getByRole('link', { name: 'person3@two.example' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('person3@two.example');
  const happened = region('What happened').getByRole('listitem');
  await expect(happened.first()).toContainText('Queued');
  await expect(region('What happened')).toContainText('Sent through');
  await expect(region('What happened').getByText('Clicked', { exact: true }).first()).toBeVisible();
  await axe(page);
});

test('campaigns are narrowed, compared and changed together', async ({ signedIn: page, app, smtp }, info) => {
  test.setTimeout(120_000);
  const names = ['Apples', 'Pears'].map((fruit) => `${fruit} ${info.project.name}`);
  for (const [at, name] of names.entries()) {
    await send(page, app.url, smtp, { name, html, to: people(2, `fruit${at}.example`) });
    await smtp.waitFor((at + 1) * 2);
  }
  const [apples = '', pears = ''] = names;

  // A filter stands in the address, in history, and opens again from the address.
  await open(page, '/campaigns');
  await page.getByLabel('Name or subject').fill(apples);
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/q=Apples/);
  await hydrated(page);
  await expect(page.getByRole('link', { name: apples })).toBeVisible();
  await expect(page.getByRole('link', { name: pears })).toBeHidden();
  await page.getByLabel('Sender account').selectOption({ label: `Server of ${pears}` });
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('No campaign fits these filters.')).toBeVisible();
  await page.goBack();
  await hydrated(page);
  await expect(page.getByRole('link', { name: apples })).toBeVisible();
  await axe(page);

  // Two side by side.
  await open(page, '/campaigns');
  for (const name of names) await page.getByLabel(`Select ${name}`).check();
  await page.getByRole('button', { name: 'Compare' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Compare campaigns');
  await hydrated(page);
  for (const name of names) await expect(page.getByRole('columnheader', { name: new RegExp(name) })).toBeVisible();
  await axe(page);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1280, height: 900 });

  // A copy of each.
  await open(page, '/campaigns');
  for (const name of names) await page.getByLabel(`Select ${name}`).check();
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await expect(page.getByText('Each selected campaign has a copy here')).toBeVisible();
  for (const name of names) await expect(page.getByRole('link', { name: new RegExp(name) }).first()).toBeVisible();

  // The page of a campaign tells what happened last.
  await open(page, '/campaigns');
  await page.getByRole('link', { name: apples }).click();
  await expect(page.getByRole('region', { name: 'Recent events' })).toContainText('person1@fruit0.example');
  if (hasJavaScript(page)) await axe(page);
});
