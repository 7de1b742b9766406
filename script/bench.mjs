// Drives the release program as a marketer would, over HTTP, and measures what it sends. The parts and options stand in script/bench.
import { parseArgs } from 'node:util';
import { cpus } from 'node:os';
import { run } from './lib/processes.mjs';
import { printTable } from './lib/bench/figures.mjs';
import * as parts from './lib/bench/parts.mjs';
import { startSink } from './lib/bench/sink.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mails: { type: 'string', default: '20000' }, sessions: { type: 'string', default: '20' }, rounds: { type: 'string', default: '3' },
    full: { type: 'boolean', default: false }, app: { type: 'string' },
  },
});

await run(async () => {
  const odd = positionals.find((part) => !(part in parts));
  if (odd !== undefined) throw new Error(`script/bench knows no part "${odd}"; it has ${Object.keys(parts).join(', ')}`);
  const chosen = positionals.length > 0 ? positionals : ['send', 'remote', 'instances', 'pages', 'size', ...(options.full ? ['desk', 'million'] : [])];
  const [mails, sessions, rounds] = ['mails', 'sessions', 'rounds'].map((name) => Number(options[name]));
  if (![mails, sessions, rounds].every((number) => Number.isInteger(number) && number > 0)) throw new Error('--mails, --sessions and --rounds take whole numbers');
  console.log(`${mails} mails, ${sessions} connections an instance, ${rounds} rounds, ${cpus().length} cores for everything`);
  const sinkPort = await startSink();
  for (const part of chosen) {
    console.log(`\n${part}`);
    await parts[part]({ appDir: options.app, sinkPort, mails, sessions, rounds });
  }
  printTable();
});
