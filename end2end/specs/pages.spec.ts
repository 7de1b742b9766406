// Every page a new owner can go to: it comes alive, reads well to a checker in light and dark, and fits a desk and a phone.
import { axe, axeEverywhere, expect, hasJavaScript, open, test } from '../fixtures';

/** Path and main heading. A page behind an id is checked by the spec of its noun. */
const pages: [path: string, heading: string | RegExp][] = [
  ['/', 'Home'],
  ['/drafts', 'Drafts'],
  ['/templates', 'Templates'],
  ['/templates/new', 'New template'],
  ['/templates/import', 'Import a template'],
  ['/campaigns', 'Campaigns'],
  ['/queue', 'Queue'],
  ['/outbox', 'Outbox'],
  ['/accounts', 'Sender accounts'],
  ['/accounts/new', 'Add account'],
  ['/search', 'Search'],
  ['/suppressions', 'Suppressions'],
  ['/settings', 'Workspace'],
  ['/settings/domains', 'Sending domains'],
  ['/settings/people', 'People'],
  ['/settings/activity', 'Activity'],
  ['/settings/profile', 'Your profile'],
  ['/settings/tracking', 'Tracking and privacy'],
  ['/settings/sending', 'Sending'],
  ['/settings/appearance', 'Appearance'],
  ['/settings/about', 'About'],
  ['/design', 'Design'],
];
const phone = { width: 390, height: 844 };

for (const [path, heading] of pages) {
  test(`${path} is whole on a desk and a phone, in light and dark`, async ({ signedIn: page }) => {
    test.slow();
    await open(page, path);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
    await axeEverywhere(page);
  });
}

test('long lines and names without spaces keep within a phone', async ({ signedIn: page }) => {
  await open(page, '/drafts/new');
  await page.getByLabel('Name', { exact: true }).fill('Donaudampfschifffahrtsgesellschaft'.repeat(3));
  await Promise.all([page.waitForURL(/\/drafts\/\d+/), page.getByRole('button', { name: 'Create draft' }).click()]);
  await page.setViewportSize(phone);
  for (const path of ['/', '/drafts', new URL(page.url()).pathname]) {
    await open(page, path);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `width of ${path}`).toBeLessThanOrEqual(phone.width);
  }
});

test('the navigation leads to each of its pages', async ({ signedIn: page }) => {
  test.slow();
  await open(page, '/');
  const navigation = page.getByRole('navigation', { name: 'Main' });
  const words = await navigation.getByRole('link').allInnerTexts();
  expect(words.length).toBeGreaterThanOrEqual(9);
  for (const word of words) {
    await navigation.getByRole('link', { name: word.trim(), exact: true }).click();
    // Settings open on the first of their pages.
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(word.trim() === 'Settings' ? 'Workspace' : word.trim());
    await expect(navigation.getByRole('link', { name: word.trim(), exact: true })).toHaveAttribute('aria-current', 'page');
  }
});

test('a page that does not exist says so', async ({ signedIn: page, guard }) => {
  // Chromium writes a page's own 404 into the console.
  guard.allow(/status of 404/);
  const answer = await page.goto('/no/such/page');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
  if (hasJavaScript(page)) await axe(page);
});
