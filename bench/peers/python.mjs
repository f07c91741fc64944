/** Which Python the Python peers run on, and the environment that lets its BLAS run at its best. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter } from "node:path";

const HAS_MODULE = "import sys, importlib.util; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)";

const BLAS_IS_BASELINE = `
import sys; sys.path.insert(0, sys.argv[1])
import numpy
numpy.ones((64, 64)) @ numpy.ones((64, 64))
from protocol import blas_in_use, BASELINE_CORES
description = blas_in_use()[0]
sys.exit(not any(f"({core} kernels)" in description for core in BASELINE_CORES))
`;

const found = new Map();

/**
 * The first of those that $PYTHON lists, as PATH lists folders, `python3` and `/usr/bin/python3` that has `module`, or the first of them where none does (its
 * peer then says what is missing). Looked for once.
 * @returns {{ command: string, env: Record<string, string> }}
 */
export function findPython(module) {
  if (!found.has(module)) found.set(module, probe(module));
  return found.get(module);
}

function probe(module) {
  const candidates = [...(process.env.PYTHON ?? "").split(delimiter), "python3", "/usr/bin/python3"].filter(
    Boolean,
  );
  const command = candidates.find((candidate) => succeeds(candidate, HAS_MODULE, module));
  if (command === undefined) return { command: candidates[0], env: {} };
  return { command, env: succeeds(command, BLAS_IS_BASELINE, import.meta.dirname) ? coreType() : {} };
}

function succeeds(command, code, argument) {
  return spawnSync(command, ["-B", "-c", code, argument], { timeout: 60_000 }).status === 0;
}

/**
 * An OpenBLAS older than the processor falls back to SSE kernels, some four times slower than those that it has for
 * the instruction set: name these instead, unless the user did.
 */
function coreType() {
  if (process.env.OPENBLAS_CORETYPE) return {};
  let flags;
  try {
    flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].split(" "));
  } catch {
    return {};
  }
  const has = (...names) => names.every((name) => flags.has(name));
  if (has("avx512f", "avx512dq", "avx512bw", "avx512vl")) return { OPENBLAS_CORETYPE: "SKYLAKEX" };
  return has("avx2", "fma") ? { OPENBLAS_CORETYPE: "HASWELL" } : {};
}
