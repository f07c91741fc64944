/** Starts a peer as a child process and speaks its protocol (see serve.mjs): one request at a time. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const DEFAULT_TIMEOUTS = { setup: 120_000, run: 300_000, memory: 10_000, exit: 10_000 };
const STDERR_KEPT = 2000; // characters of the child's stderr shown with an error

/** A peer that died, did not answer in time, answered something else than JSON, or reported an error. */
export class PeerError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "PeerError";
  }
}

/**
 * @param {{ command: string, args?: string[], env?: Record<string, string>, cwd?: string,
 *   timeouts?: Partial<typeof DEFAULT_TIMEOUTS> }} options env is laid over this process's own; timeouts are in ms.
 * @returns {{
 *   setup(request: object): Promise<{ ready: boolean, reason?: string, name?: string, version?: string,
 *     details?: string, warning?: string }>,
 *   run(request: object): Promise<{ ms: number[] | number, loss: number }>,
 *   memory(): Promise<{ rss: number, peak: number, started: number }>,
 *   exit(): Promise<void>,
 * }} Each rejects with a PeerError. After a timeout the child is killed and every later call rejects;
 *   `exit` never rejects and leaves no process behind. A command that does not start is `ready: false`.
 */
export function startPeer({ command, args = [], env = {}, cwd, timeouts = {} }) {
  const limits = { ...DEFAULT_TIMEOUTS, ...timeouts };
  const label = [command, ...args].join(" ");
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  let pending = null;
  let failure = null;

  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  child.stdin.on("error", () => {}); // a child that is gone is reported by "close"
  const closed = new Promise((resolve) => {
    child.on("error", (error) =>
      fail(new PeerError(`${label}: ${error.message}`, { cause: error }), resolve),
    );
    child.on("close", (code, signal) => {
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      fail(new PeerError(`${label}: ${how}${tail()}`), resolve);
    });
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const waiting = pending;
    pending = null;
    waiting?.(parse(line));
  });

  function tail() {
    return stderr.trim() === "" ? "" : `\n${stderr.trim()}`;
  }

  function parse(line) {
    try {
      const reply = JSON.parse(line);
      return reply.error === undefined ? reply : new PeerError(`${label}: ${reply.error}`);
    } catch (cause) {
      return new PeerError(`${label}: answered ${JSON.stringify(line.slice(0, 200))}, not JSON`, { cause });
    }
  }

  function fail(error, then) {
    failure ??= error;
    const waiting = pending;
    pending = null;
    waiting?.(failure);
    then?.();
  }

  async function ask(op, request = {}) {
    if (failure) throw failure;
    if (pending) throw new PeerError(`${label}: ${op} came before the last request was answered`);
    let timer;
    const reply = await new Promise((resolve) => {
      pending = resolve;
      timer = setTimeout(() => {
        fail(new PeerError(`${label}: no answer to ${op} within ${limits[op]} ms${tail()}`));
        child.kill("SIGKILL");
      }, limits[op]);
      child.stdin.write(`${JSON.stringify({ ...request, op })}\n`);
    });
    clearTimeout(timer);
    if (reply instanceof PeerError) throw reply;
    return reply;
  }

  return {
    async setup(request) {
      try {
        return await ask("setup", request);
      } catch (error) {
        if (error.cause?.code === "ENOENT") return { ready: false, reason: `${command} is not installed` };
        throw error;
      }
    },
    run: (request) => ask("run", request),
    memory: () => ask("memory"),
    async exit() {
      if (!failure && !pending) await ask("exit").catch(() => {});
      const timer = setTimeout(() => child.kill("SIGKILL"), failure || pending ? 0 : limits.exit);
      await closed;
      clearTimeout(timer);
    },
  };
}
