// The campaigns pages.
import { expect, type Page } from '@playwright/test';
import { open } from '../fixtures/page';

export class CampaignsPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await open(this.page, '/campaigns');
    await expect(this.page.getByRole('heading', { name: 'Campaigns', level: 1 })).toBeVisible();
  }
}
