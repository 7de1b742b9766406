// Fetches the program once the page was painted and the browser has nothing else to do, so that nothing competes with what is seen
// first: links and forms work meanwhile.
(script, program) => {
  let isAsked = false;
  const start = async () => {
    if (isAsked) return;
    isAsked = true;
    try {
      const loading = import(script);
      // Each is asked for in a task of its own.
      await new Promise((resolve) => setTimeout(resolve));
      const module_or_path = fetch(program);
      const { default: load, hydrate } = await loading;
      await load({ module_or_path });
      hydrate();
    } catch (error) {
      console.error(error);
      // Not at once: a page that is being left ends its downloads, and is gone before this is seen.
      setTimeout(() => document.getElementById('not-loaded').hidden = false, 2000);
    }
  };
  const idle = window.requestIdleCallback ?? setTimeout;
  new PerformanceObserver(() => idle(start)).observe({ type: 'paint', buffered: true });
  // A tab in the background is not painted, and a busy browser is not idle.
  setTimeout(start, 1000);
}
