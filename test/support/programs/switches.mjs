// Creates an engine of the kind that the first argument gives as JSON, while watching which of V8's switches are set,
// and prints what they were set to last, what a module that is compiled afterwards is compiled with (needs
// --allow-natives-syntax), and the warnings.
import v8 from "node:v8";
import { Engine } from "../../../build/index.js";

const last = {};
const count = { set: 0 };
const original = v8.setFlagsFromString;
v8.setFlagsFromString = (flag) => {
  const [, no, name] = /^--(no-)?(.*)$/.exec(flag);
  last[name] = !no;
  count.set++;
  original(flag);
};

const warnings = [];
process.on("warning", ({ name, code, message }) => warnings.push({ name, code, message }));

// (func (export "f") (result i32) (i32.const 7))
const bytes = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 6, 1, 4, 0, 65,
  7, 11,
];
// (func (result v128) (f32x4.relaxed_madd …)), as src/engine/probe.ts has it.
const relaxed = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 17, 65, 0,
  253, 17, 65, 0, 253, 17, 253, 133, 2, 11,
];

const options = JSON.parse(process.argv[2]);
const before = WebAssembly.validate(new Uint8Array(relaxed));
const infos = [];
for (let i = 0; i < 2; i++) {
  const engine = await Engine.create(options);
  infos.push(engine.info);
  await engine.dispose();
}
await new Promise((resolve) => setImmediate(resolve));

const { f } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports;
const tiers = (() => {
  try {
    const ask = new Function("f", "return [%IsUncompiledWasmFunction(f), (f(), %IsLiftoffFunction(f))]");
    return ask(f);
  } catch {
    return undefined;
  }
})();
const after = WebAssembly.validate(new Uint8Array(relaxed));
console.log(JSON.stringify({ infos, last, set: count.set, tiers, relaxedSimd: [before, after], warnings }));
