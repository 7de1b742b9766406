// The drafts pages.
import { expect, type Page } from '@playwright/test';
import { open } from '../fixtures/page';

export class DraftsPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await open(this.page, '/drafts');
    await expect(this.page.getByRole('heading', { name: 'Drafts', level: 1 })).toBeVisible();
  }
}
