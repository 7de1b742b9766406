// Moments in the reader's zone, as they arrive and before they are seen: the program, which comes later, finds them as it would write them.
{
  const written = new WeakSet();
  let format;
  const write = () => {
    for (const moment of document.querySelectorAll('time')) {
      // What follows the text marks its end; before that, more of it may come.
      const isWhole = moment.childNodes.length > 1 || document.readyState !== 'loading';
      if (!isWhole || written.has(moment)) continue;
      format ??= new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'short' });
      // The node that is there: what stands beside it tells the program where the text ends.
      moment.firstChild.nodeValue = format.format(new Date(moment.dateTime));
      written.add(moment);
    }
  };
  const arrivals = new MutationObserver(write);
  arrivals.observe(document, { childList: true, subtree: true });
  document.addEventListener('DOMContentLoaded', () => {
    arrivals.disconnect();
    write();
  });
}
