// `npm run playground`: builds the playground, and serves it on this machine only or writes it to a folder.
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { buildPlayground, PLAYGROUND } from "./buildPages.mjs";
import { writeHosted } from "./hostedFolder.mjs";
import { DEFAULT_PORT, HOST, portOf, servePages } from "./pageServer.mjs";

/** Where `--build` writes to, if nothing is said. */
const HOSTED = "build/site";

/** One build per process: all servers serve the same files. */
let built;

/**
 * Builds the playground and serves it on 127.0.0.1.
 *
 * @param {Parameters<typeof servePages>[1]} [options]
 */
export async function servePlayground(options) {
  built ??= buildPlayground();
  await built;
  return servePages(PLAYGROUND, options);
}

/** Parses the command's options; ends the process if they are invalid. */
function commandOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: String(DEFAULT_PORT) },
        "no-isolation": { type: "boolean", default: false },
        build: { type: "boolean", default: false },
        out: { type: "string" },
        url: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (!values.build && (values.out !== undefined || values.url !== undefined)) {
      throw new RangeError("--out and --url need --build");
    }
    return { ...values, port: portOf(values.port) };
  } catch (error) {
    return fail(error);
  }
}

/**
 * Ends the process with an error's message.
 *
 * @returns {never}
 */
function fail(error) {
  console.error(`playground: ${error.message}`);
  process.exit(1);
}

const HELP = `Usage: npm run playground -- [options]

Builds the playground and serves it on ${HOST}.

  --port N         port to listen on (default ${DEFAULT_PORT}; a free one where it is taken)
  --no-isolation   without the headers that let pages have threads
  --build          write the pages for any file server instead of serving them
  --out FOLDER     where to (default ${HOSTED})
  --url URL        where they will be, so that links shown elsewhere find their picture`;

/** @param {{ out?: string, url?: string }} options */
async function writeFolder({ out = HOSTED, url }) {
  const { files, bytes, packed } = await writeHosted(out, url);
  const size = (count) => `${(count / 1024).toFixed(0)} KiB`;
  console.log(
    `Wrote ${files} files to ${out}: ${size(bytes)}, or ${size(packed)} compressed (.br and .gz beside them).`,
  );
}

async function main() {
  const { help, build, port, "no-isolation": plain, ...folder } = commandOptions();
  if (help) return console.log(HELP);
  if (build) return writeFolder(folder).catch(fail);
  const { url, port: used } = await servePlayground({ port, isolation: !plain });
  if (port !== 0 && used !== port) console.log(`Port ${port} is taken.`);
  console.log(`The playground is at ${url} (Ctrl-C stops it).`);
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) await main();
