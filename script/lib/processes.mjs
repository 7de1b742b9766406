// The processes, ports and directories of a script: what it starts here ends with it, by its id and never by a name.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OUTPUT_KEPT = 200_000;
const running = new Set();
const directories = new Set();

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a program; `output` holds the latest of what it said, `gone` resolves when it has ended. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  child.output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => { child.output = (child.output + chunk).slice(-OUTPUT_KEPT); });
  }
  child.gone = new Promise((done) => {
    child.once('exit', () => { running.delete(child); done(); });
    child.once('error', (error) => { child.output += error; running.delete(child); done(); });
  });
  running.add(child);
  return child;
}

export const isRunning = (child) => running.has(child);

/** A directory that goes with the script. */
export function freshDirectory(name) {
  const directory = mkdtempSync(join(tmpdir(), `mailer-${name}-`));
  directories.add(directory);
  return directory;
}

/** Leaves a directory behind, for whoever looks into a failure. */
export const keepDirectory = (directory) => directories.delete(directory);

export function removeDirectory(directory) {
  directories.delete(directory);
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

function endAll() {
  // A stopped process takes SIGKILL too.
  for (const child of running) child.kill('SIGKILL');
  for (const directory of directories) removeDirectory(directory);
}

process.on('exit', endAll);
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) process.once(signal, () => process.exit(code));

/** Runs a script's main function; an error is one message and exit code 1. */
export async function run(main) {
  try {
    process.exitCode = await main() ?? 0;
  } catch (error) {
    console.error(error.message ?? error);
    process.exitCode = 1;
  }
  process.exit();
}
