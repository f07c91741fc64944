// Several threads on one plan. Each has its own instance of this module on the one shared memory. Thread 0 is the
// caller and leads; the others wait in `serve` for jobs. A job is a list of phases, and a phase ends in a barrier: a
// counter that every thread raises by one and that is never set back, so no thread can miss a turn.
//
// A wait begins with a short spin, since the others are usually microseconds away, and only then sleeps.

import {
  TEAM_ARRIVED, TEAM_GOAL, TEAM_PHASE, TEAM_PHASES, TEAM_PHASE_COUNT, TEAM_SCRATCH, TEAM_SCRATCH_BYTES, TEAM_SEQUENCE,
  TEAM_SLICE, TEAM_SLICES, TEAM_STOP, TEAM_TRACE, TEAM_WORDS, TRACE_BARRIER, TRACE_COUNT, TRACE_DETAIL, TRACE_END, TRACE_JOB,
  TRACE_PHASE, TRACE_STEP, TRACE_WORDS,
} from "./abi";
import { areFloats } from "./checks";
import { runPhase } from "./plan";

/**
 * Sleeps until woken if the word at `address` is still `expected`, at most so long; 2 when the time ran out. It is
 * `Atomics.wait`: in Node 20 `memory.atomic.wait32` cannot be used, since the baseline compiler of its V8 (11.3)
 * loses the locals that are held across it.
 */
@external("engine", "sleep")
declare function sleep(address: usize, expected: i32, milliseconds: f64): i32;

/** Looks at a counter before going to sleep: some 60 µs, longer than JavaScript takes from one step to the next. */
const SPINS: i32 = 60000;
/** How long the leader sleeps before it returns to see whether a worker has died, in ms. */
const PATIENCE: f64 = 100;

@inline
function field(team: usize, index: i32): usize {
  return team + <usize>(index << 2);
}

/** Notes what a thread does, for whoever looks why nothing moves. */
@inline
function note(team: usize, thread: i32, step: i32, detail: i32): void {
  const record = <usize>load<u32>(field(team, TEAM_TRACE)) + <usize>(thread * TRACE_WORDS * 4);
  store<i32>(field(record, TRACE_DETAIL), detail);
  store<i32>(field(record, TRACE_STEP), step);
  store<i32>(field(record, TRACE_COUNT), load<i32>(field(record, TRACE_COUNT)) + 1);
}

/** Waits until the sequence number is another than `last`. */
function awaitJob(sequence: usize, last: i32): void {
  for (let i = 0; i < SPINS; i++) {
    if (atomic.load<i32>(sequence) != last) return;
  }
  while (atomic.load<i32>(sequence) == last) sleep(sequence, last, Infinity);
}

/** This thread's share of phase `index` of the job. */
function runShare(team: usize, index: i32, thread: i32, threads: i32): void {
  note(team, thread, TRACE_PHASE, index);
  const phase = <usize>load<u32>(<usize>load<u32>(field(team, TEAM_PHASES)) + <usize>(index << 2));
  const slice = load<i32>(field(team, TEAM_SLICE));
  const slices = load<i32>(field(team, TEAM_SLICES));
  const scratch = <usize>load<u32>(field(team, TEAM_SCRATCH)) + <usize>(thread * load<i32>(field(team, TEAM_SCRATCH_BYTES)));
  runPhase(phase, slice * threads + thread, slices * threads, scratch);
}

/** Raises the counter; the last to arrive, which brings it to `goal`, wakes the others. */
function arrive(team: usize, goal: i32): void {
  const counter = field(team, TEAM_ARRIVED);
  if (atomic.add<i32>(counter, 1) + 1 == goal) atomic.notify(counter, -1);
}

/** Waits until the counter has reached `goal`; false when it took longer than `patience`, in ms. */
function awaitArrivals(team: usize, goal: i32, maySleep: bool, patience: f64): bool {
  const counter = field(team, TEAM_ARRIVED);
  for (let i = 0; i < SPINS; i++) {
    if (atomic.load<i32>(counter) - goal >= 0) return true;
  }
  if (!maySleep) return false;
  while (true) {
    const seen = atomic.load<i32>(counter);
    if (seen - goal >= 0) return true;
    if (sleep(counter, seen, patience) == 2) return false;
  }
}

/** A worker's life: job after job, until the team is stopped. */
export function serve(team: usize, thread: i32, threads: i32): void {
  assert(thread > 0 && thread < threads, "serve: a worker's number");
  assert(areFloats(team, TEAM_WORDS), "serve: the team is in memory");
  const sequence = field(team, TEAM_SEQUENCE);
  let job = 0;
  let goal = 0;
  while (true) {
    note(team, thread, TRACE_JOB, 0);
    awaitJob(sequence, job);
    job = atomic.load<i32>(sequence);
    if (atomic.load<i32>(field(team, TEAM_STOP))) break;
    const phases = load<i32>(field(team, TEAM_PHASE_COUNT));
    for (let index = 0; index < phases; index++) {
      runShare(team, index, thread, threads);
      goal += threads;
      arrive(team, goal);
      // After the last phase only the leader waits; the workers wait for the next job.
      if (index + 1 == phases) break;
      note(team, thread, TRACE_BARRIER, index);
      awaitArrivals(team, goal, true, Infinity);
    }
  }
  note(team, thread, TRACE_END, 0);
}

/**
 * Runs a job as thread 0. Returns 1 when it is done, and 0 when a worker has kept it waiting for long: the caller
 * looks whether one has died, and calls again to go on.
 *
 * @param maySleep false on a browser's main thread, which is not allowed to wait
 */
export function lead(team: usize, threads: i32, maySleep: bool): i32 {
  assert(threads > 0, "lead: threads");
  assert(areFloats(team, TEAM_WORDS), "lead: the team is in memory");
  const phases = load<i32>(field(team, TEAM_PHASE_COUNT));
  // Phases begun; 0 between jobs.
  let begun = load<i32>(field(team, TEAM_PHASE));
  let goal = load<i32>(field(team, TEAM_GOAL));
  if (begun == 0) {
    const sequence = field(team, TEAM_SEQUENCE);
    atomic.add<i32>(sequence, 1);
    atomic.notify(sequence, -1);
  }
  while (true) {
    if (begun > 0) {
      note(team, 0, TRACE_BARRIER, begun - 1);
      if (!awaitArrivals(team, goal, maySleep, PATIENCE)) break;
      if (begun == phases) {
        begun = 0;
        break;
      }
    }
    runShare(team, begun, 0, threads);
    goal += threads;
    arrive(team, goal);
    begun++;
  }
  store<i32>(field(team, TEAM_PHASE), begun);
  store<i32>(field(team, TEAM_GOAL), goal);
  return begun == 0 ? 1 : 0;
}

/** Ends the workers. */
export function stop(team: usize): void {
  assert(areFloats(team, TEAM_WORDS), "stop: the team is in memory");
  atomic.store<i32>(field(team, TEAM_STOP), 1);
  atomic.add<i32>(field(team, TEAM_SEQUENCE), 1);
  atomic.notify(field(team, TEAM_SEQUENCE), -1);
}
