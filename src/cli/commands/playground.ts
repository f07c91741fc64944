import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { ArgumentError } from "../../index.js";
import { DEFAULT_PORT, portOf, servePages } from "../../playground/pageServer.mjs";
import { say } from "../terminal.js";

interface PlaygroundOptions {
  port: string;
  open: boolean;
}

export const playgroundCommand = () =>
  new Command("playground")
    .helpGroup("See what was learned:")
    .description("Open pages in which models train while you watch.")
    .option("--port <number>", "port to listen on; a free one where it is taken", String(DEFAULT_PORT))
    .option("--no-open", "only say where the pages are")
    .addHelpText(
      "after",
      `
The pages are served on this machine only, and nothing leaves it. Ctrl-C stops.

  isthmus playground
  isthmus playground --port 8080 --no-open`,
    )
    .action(run);

/** The pages, built beside the command. */
const PAGES = fileURLToPath(new URL("./playground", import.meta.url));

async function run(options: PlaygroundOptions): Promise<void> {
  const port = checkedPort(options.port);
  const { url, port: used } = await servePages(PAGES, { port });
  if (port !== 0 && used !== port) say(`Port ${port} is taken.`);
  say(`The playground is at ${url} (Ctrl-C stops it).`);
  if (options.open) openInBrowser(url);
}

function checkedPort(text: string): number {
  try {
    return portOf(text);
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

/** Opens the visitor's browser. Where there is none, the address that was printed has to do. */
function openInBrowser(url: string): void {
  const [program, ...options] = { darwin: ["open"], win32: ["explorer.exe"] }[process.platform as string] ?? [
    "xdg-open",
  ];
  const browser = spawn(program!, [...options, url], { stdio: "ignore", detached: true });
  browser.on("error", () => {});
  browser.unref();
}
