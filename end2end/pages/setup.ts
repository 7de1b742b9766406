// The page behind the one-time setup link.
import { expect, type Page } from '@playwright/test';
import { hydrated, open } from '../fixtures/page';

export class SetupPage {
  constructor(private readonly page: Page) {}

  async open(link: string): Promise<void> {
    await open(this.page, link);
  }

  /** Fills in the form and waits until the home page is alive: one that is left before gives up its downloads, and says so. */
  async createOwner({ name, email, password }: { name: string; email: string; password: string }): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByLabel('Email').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Create owner' }).click();
    await expect(this.page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
    await hydrated(this.page);
  }
}
