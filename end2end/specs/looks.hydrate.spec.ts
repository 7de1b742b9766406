// What the main pages look like, beside pictures kept in end2end/looks/. A difference that is meant is taken over with
// `script/test e2e looks --update-snapshots`; look at the new pictures before you keep them.
// Letters are those of a font that comes with the tests, and what differs from run to run (moments, mails in frames) is replaced,
// so the pictures hold on every machine.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { test as base, expect, hydrated, open } from '../fixtures';
import { call, giveList, launch, write } from '../fixtures/campaign';

interface Scene { campaign: number; draft: number }

const recipients = ['ann', 'bob', 'carla', 'dev', 'emma'].map((name) => `${name}@example.org`);
const html = `<!doctype html><html><body><h1>Dear {{ name }}</h1><p><a href="https://example.com/spring">Spring is here</a></p>
  <p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>`;
/** A program that people read mail with. */
const reader = { headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0' }, redirect: 'manual' as const };
/** An open or click that comes sooner after its mail counts as a machine's. */
const SOONEST_MS = 5_500;

// A fixture of the worker of its own keeps the instance from being shared with other specs: what it shows is made here alone.
const test = base.extend<object, { scene: Scene }>({
  scene: [async ({ app, owner, browser }, use) => {
    const context = await browser.newContext({ baseURL: app.url });
    await context.addCookies(owner.cookies);
    const page = await context.newPage();

    const sent = await launch(page, app.url, await write(page, app.url, { name: 'Spring news', html, to: recipients }), 'Spring news');
    await expect.poll(async () => (await call(page, app.url, 'campaigns/find-campaign', { 'form[id]': sent.id })).progress.finished_at).toBeTruthy();
    const left = Date.now();
    const mails = await call(page, app.url, 'outbox/list-mails', { 'query[search]': '' });
    const mail = async (to: string) => {
      const { id } = mails.lines.find((line: { to: string }) => line.to.includes(to));
      // As it was sent, quoted-printable: here it is shown without the image that counts opens.
      const source = await (await page.request.get(`/outbox/${id}/message.eml`)).text();
      return source.replace(/=\r?\n/g, '').replace(/=3D/g, '=');
    };
    const follow = async (to: string, link: RegExp) => expect((await fetch(link.exec(await mail(to))![1]!, reader)).status).toBeLessThan(400);
    await expect.poll(() => Date.now() - left).toBeGreaterThan(SOONEST_MS);
    await follow('ann@', /src="([^"]*\/t\/o\/[^"]*)"/);
    await follow('bob@', /src="([^"]*\/t\/o\/[^"]*)"/);
    await follow('ann@', /href="([^"]*\/t\/c\/[^"]*)"/);
    await expect(async () => {
      await open(page, `/campaigns/${sent.id}/report`);
      await expect(page.getByText('2 opened, 2 opens in all')).toBeVisible({ timeout: 500 });
      await expect(page.getByText('1 clicked, 1 click in all')).toBeVisible({ timeout: 500 });
    }).toPass();

    const draft = await write(page, app.url, { name: 'Summer news', html, to: [] });
    await giveList(page, app.url, draft, [
      'Email,Name,Company', 'ann@example.org,Ann,Nuts & Co', 'bob@example.org,Bob,Bolts Ltd', 'carla@example.org,,Nuts & Co',
      'dev@gmial.com,Dev,Screws', 'emma at example.org,Emma,Screws', 'ann@example.org,Ann again,Nuts & Co',
    ].join('\n'));
    await write(page, app.url, { name: 'Autumn news', html: '<p>To be written</p>', to: ['ann@example.org'] });
    await context.close();
    await use({ campaign: sent.id, draft });
  }, { scope: 'worker', timeout: 60_000 }],
});

const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
type Look = [size: keyof typeof sizes, theme: 'light' | 'dark'];
const two: Look[] = [['desk', 'light'], ['phone', 'dark']];
const four: Look[] = [['desk', 'light'], ['desk', 'dark'], ['phone', 'light'], ['phone', 'dark']];

interface Shown { heading: string; looks?: Look[]; visitor?: true }

const pages: Record<string, [path: (scene: Scene) => string, Shown]> = {
  'sign-in': [() => '/sign-in', { heading: 'Sign in', visitor: true }],
  home: [() => '/', { heading: 'Home', looks: four }],
  drafts: [() => '/drafts', { heading: 'Drafts' }],
  recipients: [({ draft }) => `/drafts/${draft}?step=recipients`, { heading: 'Summer news' }],
  review: [({ draft }) => `/drafts/${draft}?step=review`, { heading: 'Summer news' }],
  templates: [() => '/templates', { heading: 'Templates' }],
  editor: [() => '/templates', { heading: 'Welcome', looks: four }],
  campaigns: [() => '/campaigns', { heading: 'Campaigns' }],
  campaign: [({ campaign }) => `/campaigns/${campaign}`, { heading: 'Spring news' }],
  report: [({ campaign }) => `/campaigns/${campaign}/report`, { heading: 'Report: Spring news' }],
  queue: [() => '/queue', { heading: 'Queue' }],
  settings: [() => '/settings', { heading: 'Workspace' }],
};

for (const [name, [path, { heading, looks = two, visitor }]] of Object.entries(pages)) {
  test(`${name} looks as it did`, async ({ page, context, owner, scene }) => {
    if (!visitor) await context.addCookies(owner.cookies);
    await page.route('**/pkg/test-font.woff2', (route) => route.fulfill({ body: font, contentType: 'font/woff2' }));
    await open(page, path(scene));
    if (name === 'editor') await page.getByRole('link', { name: heading, exact: true }).click();
    await expect(page.getByRole('heading', { name: heading, level: 1, exact: true })).toBeVisible();
    await hydrated(page);
    await dress(page);
    for (const [size, colorScheme] of looks) {
      await page.setViewportSize(sizes[size]);
      await page.emulateMedia({ colorScheme });
      await expect.soft(page).toHaveScreenshot(`${name}-${size}-${colorScheme}.png`, { maxDiffPixelRatio: 0.002, threshold: 0.2 });
    }
  });
}

const font = readFileSync(require.resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'));

/**
 * Gives the page our font, at places and in shapes that no machine's own settings change (`geometricPrecision` takes no hints);
 * gives it one moment for all moments, and takes away what varies.
 */
async function dress(page: Page): Promise<void> {
  await page.addStyleTag({ content: `
    @font-face { font-family: TestFont; src: url(/pkg/test-font.woff2); font-weight: 100 900; }
    * { font-family: TestFont !important; text-rendering: geometricPrecision !important; }
    time { display: inline-block; width: 9.5em; height: 1lh; vertical-align: bottom; overflow: hidden; text-indent: -99em; }
    time::before { content: "1 Mar 2030, 09:30"; float: left; text-indent: 0; }
    /* Days and hours under a chart, dates as the browser's own language writes them, and mails. */
    figure.chart .justify-between.gap-2, ::-webkit-datetime-edit, iframe { visibility: hidden; }` });
  await page.evaluate(() => document.fonts.ready);
  expect(await page.evaluate(() => [...document.fonts].map(({ family, status }) => `${family} ${status}`))).toEqual(['TestFont loaded']);
}
