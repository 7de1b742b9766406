// The gallery and the history of a template, with and without JavaScript.
import { axe, expect, hasJavaScript, hydrated, open, test } from '../fixtures';

test('a template is kept by name, compared in words and restored', async ({ signedIn: page }) => {
  test.slow();
  await open(page, '/templates/new');
  await page.getByLabel('Name', { exact: true }).fill('Summer letter');
  await page.getByRole('radio', { name: /Empty, as HTML/ }).check();
  await page.getByRole('button', { name: 'Create template' }).click();
  await expect(page.getByRole('heading', { name: 'Summer letter', level: 1 })).toBeVisible();
  await hydrated(page);
  const path = new URL(page.url()).pathname;

  await open(page, `${path}/history`);
  await expect(page.getByRole('heading', { name: 'No versions yet' })).toBeVisible();
  await page.getByLabel('Keep the template as it is now').fill('The beginning');
  await page.getByRole('button', { name: 'Keep version' }).click();
  await expect(page.getByRole('link', { name: /The beginning/ })).toBeVisible();
  await expect(page.getByText('the template is like this now')).toBeVisible();
  await axe(page);

  await open(page, path);
  const source = page.getByRole('region', { name: 'Source' });
  await source.getByRole('textbox').fill('<p>Something else</p>');
  await source.getByRole('button', { name: 'Save' }).click();
  await expect(page.frameLocator('iframe[title="Preview of the mail"]').getByText('Something else')).toBeVisible();
  if (hasJavaScript(page)) await expect(page.getByText(/^Saved \d\d:\d\d$/)).toBeVisible();

  await open(page, `${path}/history`);
  await expect(page.getByText(/^Changed from line 1/)).toBeVisible();
  await expect(page.getByText('− <p>Something else</p>')).toBeVisible();
  await axe(page);
  await page.getByRole('button', { name: 'Restore this version' }).click();
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(page.getByText('The template is what it was.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Source' }).getByRole('textbox')).toHaveValue(/first_name/);
});

test('the gallery is searched by name and subject', async ({ signedIn: page }) => {
  await open(page, '/templates');
  await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search templates' }).fill('welcome');
  if (!hasJavaScript(page)) await page.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/q=welcome/);
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(1);
  await page.getByRole('searchbox', { name: 'Search templates' }).fill('no such template');
  if (!hasJavaScript(page)) await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText('No template’s name or subject').or(page.getByText("No template's name or subject"))).toBeVisible();
});
