// Has V8's revectorizer make wrong code: the kernels that the library wants compiled with it come out as those of the
// other build, whose multiply-adds are not fused.
import { readFileSync } from "node:fs";
import { Engine } from "../../../build/index.js";

const { Module } = WebAssembly;
const simd = readFileSync(new URL("../../../build/wasm/simd.wasm", import.meta.url));
let made = 0;
WebAssembly.Module = function Miscompiled() {
  made++;
  return new Module(simd);
};
const warnings = [];
process.on("warning", ({ message }) => warnings.push(message));
const engines = [await Engine.create({ turbo: true }), await Engine.create({ turbo: true })];
const infos = engines.map(({ info }) => info);
await Promise.all(engines.map((engine) => engine.dispose()));
await new Promise((resolve) => setImmediate(resolve));
console.log(JSON.stringify({ infos, made, warnings }));
