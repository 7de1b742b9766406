// A real libSQL server on a port and directory of its own, which can be killed and started again on the same data.
import { join } from 'node:path';
import { freePort, freshDirectory, pause, removeDirectory, start } from './processes.mjs';

const READY_MS = 20_000;

export class Sqld {
  static async start() {
    const binary = process.env.SQLD_BIN;
    if (!binary) throw new Error('No libSQL server: set SQLD_BIN, or run script/bootstrap and start this through its script.');
    const server = new Sqld();
    Object.assign(server, { binary, port: await freePort(), admin: await freePort(), directory: freshDirectory('sqld') });
    server.url = `http://127.0.0.1:${server.port}`;
    await server.restart();
    return server;
  }

  /** Ends the process with this signal and waits until it is gone. */
  async end(signal) {
    this.child?.kill(signal);
    const late = setTimeout(() => this.child?.kill('SIGKILL'), 5_000);
    await this.child?.gone;
    clearTimeout(late);
  }

  /** Starts it (again) and waits until it answers. */
  async restart() {
    this.child = start(this.binary, [
      '--no-welcome', '--http-listen-addr', `127.0.0.1:${this.port}`, '--admin-listen-addr', `127.0.0.1:${this.admin}`,
      '-d', join(this.directory, 'data'),
    ], { env: { ...process.env, RUST_LOG: 'error' } });
    const deadline = Date.now() + READY_MS;
    while (!(await fetch(`${this.url}/health`).catch(() => undefined))?.ok) {
      if (Date.now() > deadline || this.child.exitCode !== null) throw new Error(`the libSQL server does not start:\n${this.child.output}`);
      await pause(20);
    }
  }

  async remove() {
    await this.end('SIGKILL');
    removeDirectory(this.directory);
  }
}
