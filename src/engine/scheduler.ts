import type { Plan } from "./plan.js";
import type { Job } from "./team.js";

/**
 * Operations in one turn of the event loop until a job has shown how fast they are: 10 ms at 20 GFLOP/s, the speed of a slow
 * machine. Later turns hold at least as many.
 */
export const OPERATIONS_PER_TURN = 2e8;
/** How long a job should take once the speed is known, in ms. */
const JOB_TIME = 8;
/** The fewest operations in a piece. They take about half a millisecond; taking the next piece costs next to nothing. */
const OPERATIONS_PER_PIECE = 5e7;
/** The most pieces per thread: each product reads its packed operand once per piece. */
const MOST_PIECES = 4;
/**
 * Smaller predictions run on one thread even if the user set a number of threads: one thread needs about 10 µs for
 * them, and waking the others takes longer.
 */
const OPERATIONS_FOR_WORKERS = 2e5;
/** With `threads: "auto"`, smaller plans run on one thread: waiting at barriers would cost more than it saves. */
const OPERATIONS_FOR_TEAM = 6e6;
/** With `threads: "auto"`, operations of larger plans before workers start: about 25 ms, as long as a start takes. */
const OPERATIONS_BEFORE_TEAM = 5e8;

/**
 * Into how many pieces to divide a phase. A long phase gets several per thread, so that a thread that is slowed down does not
 * delay the others. A short one gets 0: each thread keeps its own share, whose data are still in its cache.
 *
 * @param operations of the phase
 * @param useful the most pieces per thread
 */
function piecesOf(operations: number, threads: number, useful: number): number {
  const each = Math.floor(Math.min(useful, MOST_PIECES, operations / threads / OPERATIONS_PER_PIECE));
  return threads > 1 && each > 1 ? each * threads : 0;
}

/** How much of a plan an engine does at once, and which plans it starts a team for; it learns from the work so far. */
export class Scheduler {
  readonly #auto: boolean;
  /** Operations per ms and thread in the last long job; 0 before the first. */
  #speed = 0;
  /** Operations of plans that were large enough for a team, but ran on one thread because no team was started yet. */
  #worked = 0;

  /** @param auto whether the user left the number of threads to the engine */
  constructor(auto: boolean) {
    this.#auto = auto;
  }

  /**
   * Whether a plan should run on a team. Never if all of it is one thread's share, like a prediction of a few rows. If
   * the user set a number of threads, everything runs on a team except tiny predictions, which have one phase; training
   * steps have more. `"auto"` starts a team once one thread has done as much work as a start costs. So no amount of
   * work takes more than twice as long as with the best choice.
   *
   * @param there whether the team is running
   */
  wantsTeam({ operations, phases, shares }: Plan, there: boolean): boolean {
    if (shares === 1) return false;
    if (!this.#auto) return phases.length > 1 || operations >= OPERATIONS_FOR_WORKERS;
    if (operations < OPERATIONS_FOR_TEAM) return false;
    return there || this.#worked + operations >= OPERATIONS_BEFORE_TEAM;
  }

  /** Notes that a plan has run on one thread. */
  count({ operations }: Plan): void {
    if (operations >= OPERATIONS_FOR_TEAM) this.#worked += operations;
  }

  /**
   * What to run of a plan at once, one job after the other, and how many operations each of them has: several short
   * phases together, or a slice of a long one.
   */
  *jobs({ work }: Plan, threads: number): Generator<[job: Job, operations: number]> {
    for (let first = 0; first < work.length; ) {
      const most = this.#operationsPerTurn(threads);
      // As many phases as fit one turn together; a longer one alone, in slices. More slices than there are shares for all
      // threads would leave some of them without work.
      let { operations, divisible } = work[first]!;
      let end = first + 1;
      while (end < work.length && operations + work[end]!.operations <= most) {
        divisible &&= work[end]!.divisible;
        operations += work[end++]!.operations;
      }
      const useful = Math.max(1, Math.floor(work[first]!.shares / threads));
      const slices = Math.min(useful, Math.max(1, Math.ceil(operations / most)));
      const [count, size] = [end - first, operations / slices];
      const pieces = divisible ? piecesOf(size / count, threads, useful / slices) : 0;
      for (let slice = 0; slice < slices; slice++) {
        yield [{ first, count, slice, slices, pieces }, size];
      }
      first = end;
    }
  }

  /** Learns from how long a job took how much a turn can hold. */
  measure(operations: number, ms: number, threads: number): void {
    if (operations >= OPERATIONS_PER_TURN / 2) this.#speed = operations / threads / Math.max(ms, 1);
  }

  /** The most operations that `threads` threads do before the event loop may turn. */
  #operationsPerTurn(threads: number): number {
    return threads * Math.max(OPERATIONS_PER_TURN, this.#speed * JOB_TIME);
  }
}
