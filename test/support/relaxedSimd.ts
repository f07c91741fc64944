// Node 20 has relaxed SIMD behind a switch; with it the tests run on both builds there, too.
import { setFlagsFromString } from "node:v8";

if (Number(process.versions.node.split(".")[0]) < 21) setFlagsFromString("--experimental-wasm-relaxed-simd");
