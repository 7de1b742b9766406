// The sign-in page.
import type { Page } from '@playwright/test';
import { open } from '../fixtures/page';

export class SignInPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await open(this.page, '/sign-in');
  }

  async signIn({ email, password }: { email: string; password: string }): Promise<void> {
    await this.page.getByLabel('Email').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }
}
