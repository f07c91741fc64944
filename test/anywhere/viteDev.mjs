// Serves FOLDER with Vite's development server, as `vite` does: node viteDev.mjs FOLDER. Prints where; ends with its input.
import { createServer } from "vite";

const server = await createServer({
  root: process.argv[2],
  logLevel: "error",
  server: { host: "127.0.0.1", port: 0 },
});
await server.listen();
console.log(server.resolvedUrls.local[0]);
process.stdin.on("end", () => server.close().then(() => process.exit())).resume();
