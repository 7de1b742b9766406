// Compares what the mail server holds with what the ledger says, recipient by recipient. The terms are those of script/chaos.

/**
 * `addresses`: the list; `log`: rows of the log as CSV; `counts`: the campaign's counters; `held`: the server's book.
 * The answer counts states and faults, and names examples of each fault.
 */
export function audit({ addresses, log, counts, held }) {
  const tally = { sent: 0, failed: 0, unconfirmed: 0 };
  const found = { lost: [], twice: [], misstated: [] };
  const rows = new Map();
  for (const row of log) {
    if (rows.has(row.address)) found.misstated.push(`${row.address} has two rows`);
    rows.set(row.address, row);
    if (row.state in tally) tally[row.state] += 1;
  }
  for (const address of addresses) {
    const row = rows.get(address);
    const mails = held.get(address) ?? [];
    if (!row) { found.lost.push(`${address} has no row`); continue; }
    if (!(row.state in tally)) found.lost.push(`${address} is still "${row.state}", due ${row.due_at}: ${row.reply}`);
    if (row.state === 'sent' && mails.length === 0) found.lost.push(`${address} is "sent" (message ${row.message}), and the server does not hold it`);
    if (row.state === 'failed' && mails.length > 0) found.misstated.push(`${address} is "failed" (${row.reply}), and the server holds it`);
    if (mails.length > 1) {
      found.twice.push(`${address} (message ${row.message}, ${row.state}) came ${mails.length} times, ${mails.filter(({ replied }) => replied).length} of them answered`);
    }
    for (const { messageId, isForeign } of mails) {
      if (isForeign || !messageId.startsWith(`<${row.message}.`)) found.misstated.push(`${address} got ${messageId}, which is not message ${row.message}`);
    }
    rows.delete(address);
  }
  for (const address of rows.keys()) found.misstated.push(`${address} has a row and is not on the list`);
  const listed = new Set(addresses);
  for (const address of held.keys()) if (!listed.has(address)) found.misstated.push(`${address} got mail and is not on the list`);
  for (const state of Object.keys(tally)) {
    if (counts[state] !== tally[state]) found.misstated.push(`the campaign counts ${counts[state]} ${state}, its log ${tally[state]}`);
  }
  if (counts.total !== addresses.length) found.misstated.push(`the campaign counts ${counts.total} recipients of ${addresses.length}`);
  return { ...tally, found };
}
