// Several threads run one plan. Each has its own instance of this module on the same shared memory. Thread 0 is the
// caller and leads; the others wait in `serve` for jobs. A job is a list of phases. A phase ends in a barrier: a
// counter that every thread increments and that is never reset, so no thread can miss a turn.
//
// A thread first spins for a short time, because the others are usually only microseconds away, and then sleeps.

import {
  TEAM_ARRIVED, TEAM_GOAL, TEAM_PHASE, TEAM_PHASES, TEAM_PHASE_COUNT, TEAM_PIECES, TEAM_SCRATCH, TEAM_SCRATCH_BYTES,
  TEAM_SEQUENCE, TEAM_SLICE, TEAM_SLICES, TEAM_STOP, TEAM_TAKEN, TEAM_TICKET, TEAM_TRACE, TEAM_WORDS, TRACE_BARRIER,
  TRACE_COUNT, TRACE_DETAIL, TRACE_END, TRACE_JOB, TRACE_PHASE, TRACE_STEP, TRACE_WORDS,
} from "./abi";
import { areFloats } from "./checks";
import { runPhase } from "./plan";

/**
 * Sleeps until woken if the word at `address` is still `expected`; returns 2 after `milliseconds`. It is
 * `Atomics.wait`, because `memory.atomic.wait32` does not work in Node 20: the baseline compiler of its V8 (11.3) loses
 * locals that are live across it.
 */
@external("engine", "sleep")
declare function sleep(address: usize, expected: i32, milliseconds: f64): i32;

/** How often to check a counter before sleeping: about 60 µs, longer than JavaScript takes between two steps. */
const SPINS: i32 = 60000;
/** How long the leader sleeps before it returns to check whether a worker has died, in ms. */
const PATIENCE: f64 = 100;

@inline
function field(team: usize, index: i32): usize {
  return team + <usize>(index << 2);
}

/** Records what a thread is doing, to help find the cause of a hang. */
@inline
function note(team: usize, thread: i32, step: i32, detail: i32): void {
  const record = <usize>load<u32>(field(team, TEAM_TRACE)) + <usize>(thread * TRACE_WORDS * 4);
  store<i32>(field(record, TRACE_DETAIL), detail);
  store<i32>(field(record, TRACE_STEP), step);
  store<i32>(field(record, TRACE_COUNT), load<i32>(field(record, TRACE_COUNT)) + 1);
}

/** Waits until the sequence number differs from `last`. */
function awaitJob(sequence: usize, last: i32): void {
  for (let i = 0; i < SPINS; i++) {
    if (atomic.load<i32>(sequence) != last) return;
  }
  while (atomic.load<i32>(sequence) == last) sleep(sequence, last, Infinity);
}

/**
 * Runs this thread's part of phase `index` of the job: its own share or, if the phase has pieces, one piece after another
 * until none is left. A thread that is slowed down then takes fewer, and the others do not wait for it.
 *
 * Threads draw tickets for the pieces from a counter that is never reset. In each phase, every thread draws exactly one ticket
 * too many, which tells it to stop. So all of them know the first ticket of the next phase.
 *
 * @param ticket the phase's first ticket
 * @returns the next phase's
 */
function runShare(team: usize, index: i32, thread: i32, threads: i32, ticket: i32): i32 {
  note(team, thread, TRACE_PHASE, index);
  const phase = <usize>load<u32>(<usize>load<u32>(field(team, TEAM_PHASES)) + <usize>(index << 2));
  const slice = load<i32>(field(team, TEAM_SLICE));
  const slices = load<i32>(field(team, TEAM_SLICES));
  const pieces = load<i32>(field(team, TEAM_PIECES));
  const scratch = <usize>load<u32>(field(team, TEAM_SCRATCH)) + <usize>(thread * load<i32>(field(team, TEAM_SCRATCH_BYTES)));
  if (pieces == 0) {
    runPhase(phase, slice * threads + thread, slices * threads, scratch);
    return ticket;
  }
  const taken = field(team, TEAM_TAKEN);
  while (true) {
    const piece = atomic.add<i32>(taken, 1) - ticket;
    if (piece >= pieces) return ticket + pieces + threads;
    runPhase(phase, slice * pieces + piece, slices * pieces, scratch);
  }
}

/** Increments the counter; the last thread to arrive, which raises it to `goal`, wakes the others. */
function arrive(team: usize, goal: i32): void {
  const counter = field(team, TEAM_ARRIVED);
  if (atomic.add<i32>(counter, 1) + 1 == goal) atomic.notify(counter, -1);
}

/** Waits until the counter reaches `goal`; returns false if that takes longer than `patience`, in ms. */
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

/** A worker's main loop: runs jobs until the team is stopped. */
export function serve(team: usize, thread: i32, threads: i32): void {
  assert(thread > 0 && thread < threads, "serve: a worker's number");
  assert(areFloats(team, TEAM_WORDS), "serve: the team is in memory");
  const sequence = field(team, TEAM_SEQUENCE);
  let job = 0;
  let goal = 0;
  let ticket = 0;
  while (true) {
    note(team, thread, TRACE_JOB, 0);
    awaitJob(sequence, job);
    job = atomic.load<i32>(sequence);
    if (atomic.load<i32>(field(team, TEAM_STOP))) break;
    const phases = load<i32>(field(team, TEAM_PHASE_COUNT));
    for (let index = 0; index < phases; index++) {
      ticket = runShare(team, index, thread, threads, ticket);
      goal += threads;
      arrive(team, goal);
      // After the last phase, only the leader waits at the barrier; the workers wait for the next job.
      if (index + 1 == phases) break;
      note(team, thread, TRACE_BARRIER, index);
      awaitArrivals(team, goal, true, Infinity);
    }
  }
  note(team, thread, TRACE_END, 0);
}

/**
 * Runs a job as thread 0. Returns 1 when it is done, or 0 after a long wait for a worker: the caller then checks
 * whether one has died, and calls again to continue.
 *
 * @param maySleep false on a browser's main thread, which must not block
 */
export function lead(team: usize, threads: i32, maySleep: bool): i32 {
  assert(threads > 0, "lead: threads");
  assert(areFloats(team, TEAM_WORDS), "lead: the team is in memory");
  const phases = load<i32>(field(team, TEAM_PHASE_COUNT));
  // Phases begun; 0 between jobs.
  let begun = load<i32>(field(team, TEAM_PHASE));
  let goal = load<i32>(field(team, TEAM_GOAL));
  let ticket = load<i32>(field(team, TEAM_TICKET));
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
    ticket = runShare(team, begun, 0, threads, ticket);
    goal += threads;
    arrive(team, goal);
    begun++;
  }
  store<i32>(field(team, TEAM_PHASE), begun);
  store<i32>(field(team, TEAM_GOAL), goal);
  store<i32>(field(team, TEAM_TICKET), ticket);
  return begun == 0 ? 1 : 0;
}

/** Ends the workers. */
export function stop(team: usize): void {
  assert(areFloats(team, TEAM_WORDS), "stop: the team is in memory");
  atomic.store<i32>(field(team, TEAM_STOP), 1);
  atomic.add<i32>(field(team, TEAM_SEQUENCE), 1);
  atomic.notify(field(team, TEAM_SEQUENCE), -1);
}
