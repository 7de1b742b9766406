// Runs campaigns through crashes and audits what came of them. The terms and options stand in script/chaos.
import { parseArgs } from 'node:util';
import { run } from './lib/processes.mjs';
import { makePlan } from './lib/chaos/plan.mjs';
import { Trial } from './lib/chaos/trial.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' }, mails: { type: 'string', default: '5000' }, instances: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' }, signals: { type: 'string', default: 'kill,term,stop' }, smtp: { type: 'string', default: 'faults' },
    remote: { type: 'boolean', default: false }, app: { type: 'string' }, connections: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false },
  },
});

const LEASE_SECS = 5;

function whole(name, least) {
  const number = Number(options[name]);
  if (!Number.isInteger(number) || number < least) throw new Error(`--${name} is "${options[name]}"; it should be a whole number from ${least} on`);
  return number;
}

function signals() {
  const chosen = options.signals.split(',');
  const odd = chosen.find((signal) => !['kill', 'term', 'stop'].includes(signal));
  if (odd !== undefined) throw new Error(`--signals holds "${odd}"; it should be some of kill,term,stop`);
  return chosen;
}

await run(async () => {
  if (!['faults', 'good'].includes(options.smtp)) throw new Error(`--smtp is "${options.smtp}"; it should be faults or good`);
  const [runs, mails, first, connections, seed] = [whole('runs', 1), whole('mails', 1), whole('first', 1), whole('connections', 1), whole('seed', 0)];
  const instances = options.instances === 'any' ? undefined : whole('instances', 1);
  const kind = options.remote ? 'remote database' : 'embedded file';
  console.log(`seed ${seed}: ${runs} runs of ${mails} mails, ${options.instances} instances, ${kind}, ${options.signals}, smtp ${options.smtp}`);
  const total = { sent: 0, failed: 0, lost: 0, twice: 0, misstated: 0, unconfirmed: 0 };
  let broken = 0;
  for (let number = first; number < first + runs; number += 1) {
    const plan = makePlan({
      seed, run: number, instances, signals: signals(), isRemote: options.remote, isFaulty: options.smtp === 'faults', leaseMs: LEASE_SECS * 1_000,
    });
    const trial = new Trial({ plan, mails, connections, isRemote: options.remote, appDir: options.app, leaseSecs: LEASE_SECS, isVerbose: options.verbose });
    const result = await trial.go();
    for (const name of Object.keys(total)) total[name] += result[name];
    if (result.faults.length > 0) broken += 1;
    console.log(`run ${number} ${result.faults.length > 0 ? 'FAILED' : 'ok'}: ${figures(result)} (at most ${result.bound}); ${result.strikes}; ${result.seconds.toFixed(1)} s`);
    for (const line of result.faults) console.log(`  ${line}`);
    if (result.faults.length > 0) console.log(`  again: script/chaos ${process.argv.slice(2).join(' ')} --first ${number} --runs 1\n  logs and data: ${result.directory}`);
  }
  console.log(`total: ${figures(total)}`);
  console.log(`${runs - broken} passed, ${broken} failed, 0 skipped`);
  return broken > 0 ? 1 : 0;
});

function figures({ sent, failed, lost, twice, misstated, unconfirmed }) {
  return `sent ${sent} failed ${failed} lost ${lost} twice ${twice} misstated ${misstated} unconfirmed ${unconfirmed}`;
}
