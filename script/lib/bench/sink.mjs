// Postfix's test programs: the server that takes everything, and the load generator that is the yardstick.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort, pause, start } from '../processes.mjs';

const YARDSTICK_BYTES = 10_000;
const YARDSTICK_MAILS = 20_000;

/** Starts smtp-sink; returns its port. */
export async function startSink() {
  const port = await freePort();
  const asUser = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const child = start('smtp-sink', [...asUser, `127.0.0.1:${port}`, '1000']);
  for (let tries = 100; ; tries -= 1) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await Promise.race([once(socket, 'connect').then(() => true, () => false), child.gone.then(() => false)]);
    socket.destroy();
    if (isThere) return port;
    if (tries === 0 || child.exitCode !== null) throw new Error(`smtp-sink does not start: ${child.output}`);
    await pause(50);
  }
}

/** Mails a second of smtp-source over as many sessions: no rendering, no MIME, no ledger. `-d` keeps its connections open. */
export async function smtpSource(port, sessions, mails) {
  const count = Math.min(mails, YARDSTICK_MAILS);
  const begin = process.hrtime.bigint();
  const child = spawn('smtp-source', [
    '-d', '-s', String(sessions), '-m', String(count), '-l', String(YARDSTICK_BYTES), '-f', 'a@example.com', '-t', 'b@example.com', `127.0.0.1:${port}`,
  ], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
  return count / (Number(process.hrtime.bigint() - begin) / 1e9);
}
