// Finding things by typing: the dialog opens by its keys, is used by them alone, and gives the focus back.
import { axe, expect, hydrated, open, test } from '../fixtures';
import { SignInPage } from '../pages/sign-in';

test('everything is found and reached by keys alone', async ({ signedIn: page }) => {
  await open(page, '/drafts/new');
  await page.getByLabel('Name', { exact: true }).fill('Harvest letter');
  await Promise.all([page.waitForURL(/\/drafts\/\d+/), page.getByRole('button', { name: 'Create draft' }).click()]);
  await open(page, '/campaigns');

  await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog', { name: 'Search' });
  const input = dialog.getByRole('combobox');
  await expect(input).toBeFocused();
  await expect(dialog.getByRole('option', { name: 'New campaign' })).toHaveAttribute('aria-selected', 'true');
  await axe(page);

  await input.fill('harv');
  const hit = dialog.getByRole('option', { name: 'Harvest letter' });
  await expect(hit).toHaveAttribute('aria-selected', 'true');
  await expect(input).toHaveAttribute('aria-activedescendant', await hit.getAttribute('id') ?? '');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/drafts\/\d+$/);
  await expect(dialog).toBeHidden();

  await page.keyboard.press('Control+k');
  await input.fill('se');
  await expect(dialog.getByRole('option', { name: 'Sender accounts' })).toBeVisible();
  const count = await dialog.getByRole('option').count();
  for (let i = 0; i < count; i += 1) await page.keyboard.press('ArrowDown');
  await expect(dialog.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await expect(dialog.getByRole('option').last()).toHaveAttribute('aria-selected', 'true');

  await input.fill('no such thing');
  await expect(dialog.getByText('Nothing found')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('its button opens it, and the focus comes back', async ({ signedIn: page }) => {
  await open(page, '/queue');
  const button = page.getByRole('link', { name: 'Search' }).last();
  await button.click();
  const dialog = page.getByRole('dialog', { name: 'Search' });
  await dialog.getByRole('combobox').fill('about');
  // The list is the one for what was typed: with nothing typed, About is somewhere else in it.
  await expect(dialog.getByRole('option')).toHaveCount(1);
  await dialog.getByRole('option', { name: 'About' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('About');
  await hydrated(page);
  await button.click();
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
});

test('some things are done at once', async ({ page, owner }) => {
  // A session of its own: it ends here.
  const gate = new SignInPage(page);
  await gate.open();
  await gate.signIn(owner);
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await open(page, '/drafts?q=plum');
  const dialog = page.getByRole('dialog', { name: 'Search' });
  const input = dialog.getByRole('combobox');
  await page.keyboard.press('Control+k');
  await input.fill('dark');
  await expect(dialog.getByRole('option', { name: 'Dark colours' })).toHaveAttribute('aria-selected', 'true');
  await axe(page);
  await page.keyboard.press('Enter');
  await expect(page.getByText('These are your colours now.')).toBeVisible();
  await expect(page).toHaveURL(/\/drafts\?q=plum&notice=theme-chosen$/);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'ink');

  await hydrated(page);
  await page.keyboard.press('Control+k');
  await input.fill('colours as');
  await dialog.getByRole('option', { name: 'Colours as the system' }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-theme');

  await hydrated(page);
  await page.keyboard.press('Control+k');
  await input.fill('log out');
  await expect(dialog.getByRole('option', { name: 'Sign out' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/sign-in/);
});
