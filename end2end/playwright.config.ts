// Two projects run the same specs in real Chromium: `hydrate` with JavaScript, `ssr` without it. A spec that only makes sense
// with JavaScript is named *.hydrate.spec.ts. The program under test is what MAILER_APP_DIR holds (see fixtures/app.ts).
import { existsSync } from 'node:fs';
import { defineConfig, devices } from '@playwright/test';

// CHROMIUM_PATH, else the distribution's Chromium, else the one Playwright downloaded.
const executablePath = process.env.CHROMIUM_PATH ?? ['/usr/bin/chromium'].find(existsSync);

export default defineConfig({
  testDir: 'specs',
  outputDir: 'test-results',
  // One picture for all machines: looks.hydrate.spec.ts brings its own font.
  snapshotPathTemplate: 'looks/{arg}{ext}',
  workers: 2,
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? 'test-results/results.json' }]],
  use: {
    ...devices['Desktop Chrome'],
    locale: 'en-GB',
    // Far from UTC, with a half hour: a time shown in the wrong zone is seen at once.
    timezoneId: 'Asia/Kolkata',
    screenshot: 'only-on-failure',
    // A colour half-way between two themes is nobody's choice: checkers must not meet it.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync',
        // Sandboxed previews in processes of their own come and go faster than Playwright keeps count of them ("Assertion error").
        '--disable-features=IsolateSandboxedIframes',
        // Letters keep one shape whatever the machine would make of them (looks.hydrate.spec.ts).
        '--font-render-hinting=none', '--disable-lcd-text',
      ],
    },
  },
  projects: [
    { name: 'hydrate' },
    { name: 'ssr', testIgnore: '**/*.hydrate.spec.ts', use: { javaScriptEnabled: false } },
  ],
});
