// Runs one phase of a plan: a flat list of kernel calls, compiled for a model and a batch size (layout in abi.ts).
// Every thread makes the same calls, each over its own share. Work is divided by output: no two threads write the same
// element, and the results do not depend on the number of threads. Within a phase, a thread only reads what it wrote
// itself or what an earlier phase wrote; all threads finish one phase before any starts the next.

import { dispatch } from "../build/generated/dispatch";
import {
  OP_END, OP_ROWS, RECORD_ARGUMENTS, RECORD_EXTENT, RECORD_GRAIN, RECORD_OPERATION, RECORD_WORDS, SCRATCH_BYTES,
} from "./abi";
import { areFloats, areVectors } from "./checks";

@inline
function word(record: usize, index: i32): i32 {
  return load<i32>(record + <usize>(index << 2));
}

@inline
function integer(record: usize, index: i32): i32 {
  return load<i32>(record + <usize>(index << 2), RECORD_ARGUMENTS << 2);
}

/** What `runPhase` requires of a record: valid sizes, and items that can be divided among this many threads. */
function isRecord(record: usize, threads: i32): bool {
  if (ASC_NO_ASSERT) return true;
  const extent = word(record, RECORD_EXTENT);
  const grain = word(record, RECORD_GRAIN);
  if (extent < 0 || grain <= 0 || <i64>(extent / grain + 1) * <i64>threads > <i64>i32.MAX_VALUE) return false;
  if (word(record, RECORD_WORDS) < RECORD_ARGUMENTS) return false;
  return word(record, RECORD_OPERATION) != OP_ROWS || (integer(record, 0) >= 0 && integer(record, 1) > 0);
}

/** Start of `thread`'s share when `extent` items are divided in multiples of `grain`. */
function shareBegin(extent: i32, grain: i32, thread: i32, threads: i32): i32 {
  const units = (extent + grain - 1) / grain;
  return min(extent, ((units * thread) / threads) * grain);
}

/**
 * Runs the records from `r` to `stop` over this thread's rows, one block of rows at a time. A record's grain is its
 * number of items per row.
 */
function runRows(r: usize, begin: i32, end: i32, block: i32, stop: usize, scratch: usize): void {
  for (let row = begin; row < end; row += block) {
    const last = min(row + block, end);
    for (let at = r; at < stop; at += <usize>word(at, RECORD_WORDS) << 2) {
      const items = word(at, RECORD_GRAIN);
      assert(items > 0 && <i64>last * items <= <i64>word(at, RECORD_EXTENT), "runRows: items for each row");
      dispatch(at, row * items, last * items, scratch);
    }
  }
}

/**
 * Runs the share of thread `thread` of `threads` in the phase that starts at address `phase`.
 *
 * @param scratch SCRATCH_BYTES, private to this thread, zeroed
 */
export function runPhase(phase: usize, thread: i32, threads: i32, scratch: usize): void {
  assert(thread >= 0 && thread < threads, "runPhase: thread");
  assert(areFloats(phase, 1) && areVectors(scratch, SCRATCH_BYTES >> 2), "runPhase: phase and scratch are in memory");
  let r = phase;
  while (true) {
    const operation = word(r, RECORD_OPERATION);
    if (operation == OP_END) return;
    const next = r + (<usize>word(r, RECORD_WORDS) << 2);
    const extent = word(r, RECORD_EXTENT);
    const grain = word(r, RECORD_GRAIN);
    assert(isRecord(r, threads), "runPhase: a record with its sizes");
    const begin = shareBegin(extent, grain, thread, threads);
    const end = shareBegin(extent, grain, thread + 1, threads);
    if (operation == OP_ROWS) {
      const stop = next + (<usize>integer(r, 0) << 2);
      runRows(next, begin, end, integer(r, 1), stop, scratch);
      r = stop;
    } else {
      if (begin < end) dispatch(r, begin, end, scratch);
      r = next;
    }
  }
}
