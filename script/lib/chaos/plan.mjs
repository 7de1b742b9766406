// What will go wrong in a run, decided by the seed alone: when each process is struck, and which mails the server mistreats.
import { seeded } from './random.mjs';
import { FAULTS } from './smtp.mjs';

const SHARE_OF_FAULTS = 0.03;
/** A mail meets any of these at its first two offerings, later none that makes it wait again: tries are ever further apart. */
const MAIL_FAULTS = Object.keys(FAULTS).filter((name) => FAULTS[name].at !== 'greeting');
const LATE_FAULTS = ['rcpt 550', 'dot 552', 'dot drop', 'dot slow', 'dot bytewise'];
const CONNECTION_FAULTS = Object.keys(FAULTS).filter((name) => FAULTS[name].at === 'greeting');

/**
 * `strikes`: [{ at, delayMs, target, action, downMs }]. A strike is due `delayMs` after the server has got the share `at` of all
 * mails; its target is away, or stands still, for `downMs`.
 */
export function makePlan({ seed, run, instances, signals, isRemote, isFaulty, leaseMs }) {
  const random = seeded(seed, run, 'strikes');
  const count = instances ?? random.whole(1, 3);
  const strikes = [];
  for (let n = random.whole(2, 3 + 2 * count); n > 0; n -= 1) {
    strikes.push({ ...when(random), target: `instance ${random.whole(1, count)}`, action: random.pick(signals), downMs: away(random, leaseMs) });
  }
  // Stopping a database is no different from a slow one, so a third of its strikes at most.
  const ways = signals.filter((signal) => signal !== 'stop' || random.chance(0.5));
  for (let n = isRemote ? random.whole(1, 3) : 0; n > 0; n -= 1) {
    strikes.push({ ...when(random), target: 'database', action: random.pick(ways.length > 0 ? ways : signals), downMs: away(random, leaseMs) });
  }
  if (random.chance(0.3)) strikes.push({ ...when(random), target: 'campaign', action: 'pause', downMs: random.whole(50, 2_000) });
  if (isFaulty && random.chance(0.3)) strikes.push({ ...when(random), target: 'mailserver', action: 'away', downMs: random.whole(50, 3_000) });
  return { seed, run, instances: count, strikes: strikes.sort((a, b) => a.at - b.at), ...(isFaulty && faults(seed, run)) };
}

function when(random) {
  // Some strike while the audience is still being expanded.
  if (random.chance(0.15)) return { at: 0, delayMs: random.whole(0, 400) };
  // Half of them at the worst moment: a message is in, its reply is not out.
  return { at: random.between(0.01, 0.9), delayMs: random.chance(0.5) ? 0 : random.whole(1, 60) };
}

/** Mostly short; sometimes longer than a lease, so that others take over. */
function away(random, leaseMs) {
  return Math.round(random.chance(0.2) ? leaseMs * random.between(1.1, 1.6) : random.between(50, 1_500));
}

function faults(seed, run) {
  const fault = (names, ...parts) => {
    const random = seeded(seed, run, ...parts);
    const name = random.pick(names);
    const { waits } = FAULTS[name];
    return { name, ms: waits ? random.between(...waits) : 0 };
  };
  return {
    mailFault(address, offering) {
      if (!seeded(seed, run, 'mail', address, offering).chance(SHARE_OF_FAULTS)) return undefined;
      return fault(offering <= 2 ? MAIL_FAULTS : LATE_FAULTS, 'mail fault', address, offering);
    },
    connectionFault(n) {
      return seeded(seed, run, 'connection', n).chance(SHARE_OF_FAULTS) ? fault(CONNECTION_FAULTS, 'connection fault', n) : undefined;
    },
  };
}
