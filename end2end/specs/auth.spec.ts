// Coming in and going out.
import { axe, expect, open, test } from '../fixtures';
import { SignInPage } from '../pages/sign-in';

test('a visitor sees the sign-in page alone, and comes to what was asked for after it', async ({ page, owner }) => {
  await page.goto('/settings');
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  await axe(page);
  await new SignInPage(page).signIn(owner);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Workspace');
});

test('a wrong password is refused with a sentence', async ({ page, owner, guard }) => {
  guard.allow(/status of 4\d\d/);
  const signIn = new SignInPage(page);
  await signIn.open();
  await signIn.signIn({ email: owner.email, password: 'not the password' });
  await expect(page.getByText('The email address or the password is wrong.')).toBeVisible();
});

test('signing out ends the session', async ({ page, owner }) => {
  const signIn = new SignInPage(page);
  await signIn.open();
  await signIn.signIn(owner);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Home');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  await open(page, '/campaigns');
  expect(new URL(page.url()).pathname).toBe('/sign-in');
});
