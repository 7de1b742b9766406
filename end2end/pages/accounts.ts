// The accounts pages.
import { expect, type Page } from '@playwright/test';
import { open } from '../fixtures/page';

export class AccountsPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await open(this.page, '/accounts');
    await expect(this.page.getByRole('heading', { name: 'Accounts', level: 1 })).toBeVisible();
  }
}
