// The templates pages.
import { expect, type Page } from '@playwright/test';
import { open } from '../fixtures/page';

export class TemplatesPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await open(this.page, '/templates');
    await expect(this.page.getByRole('heading', { name: 'Templates', level: 1 })).toBeVisible();
  }
}
