// The first minute of a new installation.
import { axe, expect, hydrated, open, test } from '../fixtures';
import { SetupPage } from '../pages/setup';

test('the setup link makes an owner and leads home', async ({ page, freshApp }) => {
  const app = await freshApp();
  const setup = new SetupPage(page);
  await setup.open(app.setupLink);
  await axe(page);
  await setup.createOwner({ name: 'Ada Lovelace', email: 'ada@example.com', password: 'a long and honest password' });
  expect(new URL(page.url()).pathname).toBe('/');
  await axe(page);
});

test('the setup link works once', async ({ page, freshApp, guard }) => {
  const app = await freshApp();
  const setup = new SetupPage(page);
  await setup.open(app.setupLink);
  await setup.createOwner({ name: 'Ada Lovelace', email: 'ada@example.com', password: 'a long and honest password' });
  // The second visit may answer with a page of status 4xx, which Chromium also reports to the console.
  guard.allow(/status of 4\d\d/);
  await page.goto(app.setupLink);
  await expect(page.getByRole('button', { name: 'Create owner' })).toHaveCount(0);
});

test('a second start prints no setup link and keeps the owner signed in', async ({ page, freshApp }) => {
  const first = await freshApp();
  const setup = new SetupPage(page);
  await setup.open(first.setupLink);
  await setup.createOwner({ name: 'Ada Lovelace', email: 'ada@example.com', password: 'a long and honest password' });
  // Nothing may be on its way when the program dies, nor when it stops.
  await hydrated(page);
  await page.waitForLoadState('networkidle');
  await first.kill();
  const second = await freshApp({ dataDir: first.dataDir });
  expect(() => second.setupLink).toThrow('no setup link');
  await page.goto(second.url);
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
  await page.goto('about:blank');
  await second.stop();
  await first.clean();
});

test('the owner sees the home page', async ({ signedIn }) => {
  await open(signedIn, '/');
  await expect(signedIn.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
});
