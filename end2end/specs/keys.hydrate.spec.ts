// What pages owe to hands and eyes beyond markup: a way past the navigation, targets a finger can hit, and rest for who asks for it.
import type { Page } from '@playwright/test';
import { type App, expect, open, test } from '../fixtures';
import { launch, write } from '../fixtures/campaign';

const paths = ['/', '/drafts', '/drafts/new', '/templates', '/templates/new', '/campaigns', '/queue', '/outbox', '/accounts',
  '/accounts/new?kind=smtp', '/suppressions', '/settings', '/settings/people', '/settings/activity', '/settings/profile',
  '/settings/appearance', '/settings/about', '/search?q=a'];

/** Those, and the pages of a draft and of a campaign. */
async function allPaths(page: Page, app: App): Promise<string[]> {
  const html = '<p>News</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>';
  const to = ['ann@example.org', 'bob@example.org'];
  const draft = await write(page, app.url, { name: 'Quinces', html, to });
  const { id } = await launch(page, app.url, await write(page, app.url, { name: 'Medlars', html, to }), 'Medlars');
  return [...paths, `/drafts/${draft}`, `/drafts/${draft}?step=recipients`, `/drafts/${draft}?step=review`,
    `/campaigns/${id}`, `/campaigns/${id}?tab=recipients`, `/campaigns/${id}/report`, '/templates/1', '/templates/1/history'];
}

test('the first key shows the way past the navigation', async ({ signedIn: page }) => {
  await open(page, '/campaigns');
  const link = page.getByRole('link', { name: 'Skip to content' });
  await expect(link).not.toBeInViewport();
  await page.keyboard.press('Tab');
  await expect(link).toBeFocused();
  await expect(link).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('main').getByRole('link', { name: 'New campaign' })).toBeFocused();
});

/** Links that stand alone, buttons and fields smaller than 24 by 24 pixels (WCAG 2.5.8), with their sizes. */
async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const targets = [...document.querySelectorAll<HTMLElement>('a[href], button, input:not([type=hidden]), select, textarea, summary')];
    return targets.flatMap((target) => {
      const shown = target.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !target.closest('[aria-hidden=true]');
      // A label is part of what can be hit.
      const parts = [target, ...('labels' in target ? (target as HTMLInputElement).labels ?? [] : [])];
      const sizes = parts.map((part) => part.getBoundingClientRect());
      const [width, height] = [Math.max(...sizes.map((size) => size.width)), Math.max(...sizes.map((size) => size.height))];
      const around = target.closest('p, li, dd, td, th, div, span:not(a span)')?.textContent?.trim() ?? '';
      const isInText = target.matches('a') && getComputedStyle(target).display === 'inline' && around !== target.textContent?.trim();
      const isOut = target.matches('.skip-link, .sr-only') || sizes[0]!.width <= 1;
      if (!shown || isInText || isOut || (width >= 24 && height >= 24)) return [];
      return [`${Math.round(width)} by ${Math.round(height)}: ${target.outerHTML.slice(0, 160)}`];
    });
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('a finger can hit everything', async ({ signedIn: page, app }) => {
    test.slow();
    for (const path of await allPaths(page, app)) {
      await open(page, path);
      expect.soft(await smallTargets(page), path).toEqual([]);
    }
  });
});

/** What moves, or would take longer than 20 ms to change. */
async function moving(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const seconds = (times: string) => Math.max(...times.split(',').map((time) => parseFloat(time) * (time.trim().endsWith('ms') ? 0.001 : 1)));
    const running = document.getAnimations().filter(({ playState }) => playState === 'running').map((animation) => `runs: ${(animation as CSSAnimation).animationName}`);
    const slow = [...document.querySelectorAll('*')].flatMap((element) => [undefined, '::before', '::after'].flatMap((part) => {
      const style = getComputedStyle(element, part);
      const isSlow = seconds(style.transitionDuration) > 0.02 || (style.animationName !== 'none' && seconds(style.animationDuration) > 0.02);
      return isSlow ? [`${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}${part ?? ''}`] : [];
    }));
    return [...running, ...slow];
  });
}

test('nothing moves for who asks for rest', async ({ signedIn: page, app }) => {
  test.slow();
  for (const path of await allPaths(page, app)) {
    await open(page, path);
    expect.soft(await moving(page), path).toEqual([]);
  }
  // The measure sees what it looks for.
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await moving(page)).not.toEqual([]);
});
