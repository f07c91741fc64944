import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servePlayground } from "../../src/playground/serve.mjs";

type Server = Awaited<ReturnType<typeof servePlayground>>;

interface Answer {
  status: number;
  headers: { [name: string]: string | string[] | undefined };
  bytes: Buffer;
  body: string;
}

/** Asks for a path as it stands; `fetch` would tidy it up. */
async function ask(
  { port }: Server,
  path: string,
  options: { method?: string; host?: string; accept?: string } = {},
): Promise<Answer> {
  const { method = "GET", host = `127.0.0.1:${port}`, accept } = options;
  const headers = { host, ...(accept && { "accept-encoding": accept }) };
  const asked = request({ host: "127.0.0.1", port, path, method, headers });
  asked.end();
  const [response] = await once(asked, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return { status: response.statusCode, headers: response.headers, bytes, body: bytes.toString() };
}

describe("servePlayground", () => {
  let isolated: Server;
  let plain: Server;

  beforeAll(async () => {
    isolated = await servePlayground({ port: 0 });
    plain = await servePlayground({ port: 0, isolation: false });
  });
  afterAll(() => Promise.all([isolated.close(), plain.close()]));

  it.each([
    ["/", "text/html", "<title>What an autoencoder does · Isthmus playground</title>"],
    ["/spiral.html", "text/html", 'id="train"'],
    ["/spiral.html?x=..", "text/html", 'id="train"'],
    ["/spiral/main.js", "text/javascript", "spiral/worker.js"],
    ["/spiral/worker.js", "text/javascript", "../parts/"],
    ["/isolation.js", "text/javascript", "Cross-Origin-Embedder-Policy"],
    ["/shared/style.css", "text/css", "--accent"],
    ["/icon.svg", "image/svg+xml", "<svg"],
  ])("serves %s as %s", async (path, type, part) => {
    const { status, headers, body } = await ask(isolated, path);
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe(`${type}; charset=utf-8`);
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(body).toContain(part);
  });

  it.each([
    ["gzip, deflate, br;q=0.9", "br", brotliDecompressSync],
    ["gzip", "gzip", gunzipSync],
  ])("compresses for a browser that accepts %s", async (accept, encoding, unpack) => {
    const plain = await ask(isolated, "/table/worker.js");
    // Twice: compressed, and kept.
    for (let time = 0; time < 2; time++) {
      const { headers, bytes } = await ask(isolated, "/table/worker.js", { accept });
      expect(headers["content-encoding"]).toBe(encoding);
      expect(headers["content-length"]).toBe(String(bytes.length));
      expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
      expect(unpack(bytes).equals(plain.bytes)).toBe(true);
    }
  });

  it("allows no eval, no inline script and no other host, on any answer", async () => {
    for (const path of ["/spiral.html", "/spiral/worker.js", "/nowhere"]) {
      const policy = String((await ask(isolated, path)).headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
      expect(policy).toContain("worker-src 'self' blob:");
      expect(policy).not.toMatch(/'unsafe-|https?:|\*/);
    }
  });

  it("isolates pages, unless it is told not to", async () => {
    const { headers } = await ask(isolated, "/spiral/worker.js");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["cross-origin-embedder-policy"]).toBe("require-corp");
    const names = Object.keys((await ask(plain, "/spiral/worker.js")).headers);
    expect(names.filter((name) => name.startsWith("cross-origin-"))).toEqual([]);
  });

  it.each([
    "/../serve.mjs",
    "/../../package.json",
    "/%2e%2e/%2e%2e/package.json",
    "/..%2f..%2fpackage.json",
    "/../index.js",
    "/%2e%2e%2findex.js",
    "/spiral/%00",
    "/spiral.html%00",
    "/%",
    "/spiral",
    "/nowhere.js",
    "//etc/passwd",
    "/../playground.html",
    "http://127.0.0.1/../index.js",
  ])("has nothing at %s", async (path) => {
    expect(await ask(isolated, path)).toMatchObject({ status: 404, body: "there is no such file\n" });
  });

  it("answers to this machine's names alone", async () => {
    expect((await ask(isolated, "/spiral.html", { host: "evil.example" })).status).toBe(403);
    expect((await ask(isolated, "/spiral.html", { host: "127.0.0.1.evil.example" })).status).toBe(403);
    expect((await ask(isolated, "/spiral.html", { host: `localhost:${isolated.port}` })).status).toBe(200);
  });

  it("answers GET and HEAD alone", async () => {
    expect((await ask(isolated, "/spiral.html", { method: "POST" })).status).toBe(405);
    const head = await ask(isolated, "/spiral.html", { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, body: "" });
    expect(Number(head.headers["content-length"])).toBeGreaterThan(1000);
  });

  it("takes a free port where the one that is asked for is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const server = await servePlayground({ port });
    expect(server.port).not.toBe(port);
    expect((await ask(server, "/spiral.html")).status).toBe(200);
    await server.close();
    other.close();
  });
});

describe("npm run playground", () => {
  const script = fileURLToPath(new URL("../../src/playground/serve.mjs", import.meta.url));
  const start = (...args: string[]) => spawn(process.execPath, [script, ...args]);

  it("says where the playground is, and serves it there", async () => {
    const child = start("--port", "0", "--no-isolation");
    try {
      const [chunk] = await once(child.stdout, "data");
      const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(chunk)) ?? [];
      expect(url).toBeDefined();
      const page = await fetch(new URL("spiral.html", url));
      expect(page.status).toBe(200);
      expect(page.headers.get("cross-origin-opener-policy")).toBeNull();
    } finally {
      child.kill();
    }
  });

  it.each([
    [["--port", "http"], '--port must be an integer from 0 to 65535, not "http"'],
    [["--port", "65536"], '--port must be an integer from 0 to 65535, not "65536"'],
    [["--open"], "Unknown option '--open'"],
    [["--out", "site"], "--out and --url need --build"],
    [["--build", "--url", "example.org"], '--url must begin with http:// or https://, not "example.org"'],
  ])("refuses %j", async (args, message) => {
    const child = start(...args);
    let text = "";
    child.stderr.on("data", (chunk) => {
      text += chunk;
    });
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    expect(text).toContain(message);
  });
});
