/** Installs today's peers: a virtual environment for those in Python, and bench/peers/node_modules for the others. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Each by itself, so that one which cannot be installed here leaves the others alone. */
const PACKAGES = ["numpy", "torch", "jax", "tensorflow-cpu", "keras"];
const PEERS = fileURLToPath(new URL("peers", import.meta.url));

/**
 * What will be run.
 *
 * @param {string} folder of the virtual environment
 * @returns {{ command: string, args: string[], cwd?: string }[]}
 */
export function installSteps(folder) {
  const python = join(folder, "bin", "python");
  const pip = (name) => ({ command: python, args: ["-m", "pip", "install", "--upgrade", name] });
  return [
    { command: "python3", args: ["-m", "venv", folder] },
    ...PACKAGES.map(pip),
    { command: "npm", args: ["ci"], cwd: PEERS },
  ];
}

/** @param {{ command: string, args: string[], cwd?: string }} step */
function runStep({ command, args, cwd }) {
  return spawnSync(command, args, { cwd, stdio: ["ignore", 2, 2] }).status === 0;
}

/**
 * Says what it will do, and does it. What fails is said, and its peers are then "not here".
 *
 * @param {string} folder
 * @param {(step: { command: string, args: string[], cwd?: string }) => boolean} run
 * @param {(text: string) => void} say
 * @returns {string} the environment's Python
 * @throws {Error} without a virtual environment
 */
export function installPeers(folder, run = runStep, say = console.error) {
  const steps = installSteps(folder);
  /** @param {{ command: string, args: string[], cwd?: string }} step */
  const show = ({ command, args, cwd }) => `${cwd ? `cd ${cwd} && ` : ""}${[command, ...args].join(" ")}`;
  say(["Installing the peers, which may load several gigabytes:", ...steps.map(show)].join("\n  "));
  const [environment, ...others] = steps;
  if (!run(environment)) throw new Error(`--install: ${show(environment)} failed`);
  for (const step of others) if (!run(step)) say(`failed, so it is left out: ${show(step)}`);
  return join(folder, "bin", "python");
}
