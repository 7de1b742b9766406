// Fetches the program once the page is painted, so that nothing competes with what is seen first: links and forms work meanwhile.
(script, program) => {
  let isAsked = false;
  const start = async () => {
    if (isAsked) return;
    isAsked = true;
    const module_or_path = fetch(program);
    const { default: load, hydrate } = await import(script);
    await load({ module_or_path });
    hydrate();
  };
  requestAnimationFrame(() => setTimeout(start));
  // A tab in the background is not painted.
  setTimeout(start, 1000);
}
