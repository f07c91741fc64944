// Runs one phase of a plan: a flat list of kernel calls that a model and a batch size were compiled into (see abi.ts
// for its layout). Each thread runs the same calls over its share of each. Work is divided by output, so no two
// threads write the same element and the results do not depend on how many there are. Within a phase a thread reads
// only what it wrote itself, or what an earlier phase wrote; all threads finish one phase before any starts the next.

import { activationBackward, activationForward } from "./activation";
import {
  OP_ACTIVATION_BACKWARD, OP_ACTIVATION_FORWARD, OP_ACTIVITY_L1, OP_ADADELTA, OP_ADAGRAD, OP_ADAM, OP_ADAMW,
  OP_ADD_TO_ROWS, OP_BINARY_CROSSENTROPY, OP_BINARY_CROSSENTROPY_LOGITS, OP_CLIP_NORM, OP_CLIP_VALUES, OP_COLUMN_SUMS,
  OP_END, OP_GATHER_BYTES, OP_GATHER_FLOATS, OP_GAUSSIAN_NOISE, OP_GEMM, OP_HUBER, OP_KL_SPARSITY,
  OP_MEAN_ABSOLUTE_ERROR, OP_MEAN_SQUARED_ERROR, OP_NADAM, OP_NARROW_GRADIENT, OP_NARROW_PRODUCT, OP_PACK_ROWS,
  OP_PACK_TRANSPOSED, OP_PENALIZE, OP_REPLACEMENT_NOISE, OP_RMSPROP, OP_ROWS, OP_SAMPLE_LATENT,
  OP_SAMPLE_LATENT_BACKWARD, OP_SGD, OP_SUM_SQUARES, RECORD_ARGUMENTS, RECORD_EXTENT, RECORD_GRAIN, RECORD_OPERATION,
  RECORD_WORDS,
} from "./abi";
import { gatherBytes, gatherFloats } from "./gather";
import { gemm } from "./gemm";
import { clipNorm, clipValues, penalize, sumSquares } from "./gradient";
import { sampleLatent, sampleLatentBackward } from "./latent";
import { binaryCrossentropy, binaryCrossentropyLogits, huber, meanAbsoluteError, meanSquaredError } from "./loss";
import { narrowGradient, narrowProduct } from "./narrow";
import { gaussianNoise, replacementNoise } from "./noise";
import { adadelta, adagrad, adam, adamw, nadam, rmsprop, sgd } from "./optimizer";
import { packRows, packTransposed } from "./pack";
import { activityL1, addToRows, klSparsity } from "./penalty";
import { columnSums } from "./reduce";

@inline
function word(record: usize, index: i32): i32 {
  return load<i32>(record + <usize>(index << 2));
}

@inline
function integer(record: usize, index: i32): i32 {
  return load<i32>(record + <usize>(index << 2), RECORD_ARGUMENTS << 2);
}

@inline
function address(record: usize, index: i32): usize {
  return <usize>load<u32>(record + <usize>(index << 2), RECORD_ARGUMENTS << 2);
}

@inline
function float(record: usize, index: i32): f32 {
  return load<f32>(record + <usize>(index << 2), RECORD_ARGUMENTS << 2);
}

/** Where the share of `thread` begins when `extent` items are divided in multiples of `grain`. */
function shareBegin(extent: i32, grain: i32, thread: i32, threads: i32): i32 {
  const units = (extent + grain - 1) / grain;
  return min(extent, ((units * thread) / threads) * grain);
}

/** One kernel call on items `begin` to `end`. */
function call(r: usize, begin: i32, end: i32, scratch: usize): void {
  switch (word(r, RECORD_OPERATION)) {
    case OP_GATHER_FLOATS: {
      gatherFloats(begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3));
      return;
    }
    case OP_GATHER_BYTES: {
      gatherBytes(begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3));
      return;
    }
    case OP_GEMM: {
      gemm(
        integer(r, 0), begin, end, integer(r, 1), integer(r, 2), address(r, 3), address(r, 4), address(r, 5),
        address(r, 6), address(r, 7), address(r, 8), address(r, 9), address(r, 10), scratch,
      );
      return;
    }
    case OP_NARROW_PRODUCT: {
      narrowProduct(
        begin, end, integer(r, 0), integer(r, 1), address(r, 2), address(r, 3), address(r, 4), address(r, 5),
        address(r, 6), address(r, 7),
      );
      return;
    }
    case OP_NARROW_GRADIENT: {
      narrowGradient(
        begin, end, integer(r, 0), integer(r, 1), integer(r, 2), address(r, 3), address(r, 4), address(r, 5),
        address(r, 6), address(r, 7), address(r, 8),
      );
      return;
    }
    case OP_COLUMN_SUMS: {
      columnSums(begin, end, integer(r, 0), integer(r, 1), address(r, 2), address(r, 3));
      return;
    }
    case OP_PACK_ROWS: {
      packRows(begin, end, integer(r, 0), integer(r, 1), integer(r, 2), address(r, 3), address(r, 4));
      return;
    }
    case OP_PACK_TRANSPOSED: {
      packTransposed(begin, end, integer(r, 0), integer(r, 1), integer(r, 2), address(r, 3), address(r, 4));
      return;
    }
    case OP_ACTIVATION_FORWARD: {
      activationForward(begin, end, integer(r, 0), integer(r, 1), address(r, 2), address(r, 3));
      return;
    }
    case OP_ACTIVATION_BACKWARD: {
      activationBackward(begin, end, integer(r, 0), integer(r, 1), address(r, 2), address(r, 3));
      return;
    }
    case OP_MEAN_SQUARED_ERROR: {
      meanSquaredError(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), float(r, 5),
      );
      return;
    }
    case OP_BINARY_CROSSENTROPY: {
      binaryCrossentropy(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), float(r, 5),
      );
      return;
    }
    case OP_BINARY_CROSSENTROPY_LOGITS: {
      binaryCrossentropyLogits(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), float(r, 5),
      );
      return;
    }
    case OP_SGD: {
      sgd(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), float(r, 5),
        integer(r, 6),
      );
      return;
    }
    case OP_ADAM: {
      adam(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), address(r, 5),
        float(r, 6), float(r, 7), float(r, 8),
      );
      return;
    }
    case OP_GAUSSIAN_NOISE: {
      gaussianNoise(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), integer(r, 4), integer(r, 5),
        integer(r, 6), float(r, 7), scratch,
      );
      return;
    }
    case OP_REPLACEMENT_NOISE: {
      replacementNoise(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), integer(r, 4), integer(r, 5),
        integer(r, 6), integer(r, 7), integer(r, 8), float(r, 9), scratch,
      );
      return;
    }
    case OP_SAMPLE_LATENT: {
      sampleLatent(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), integer(r, 5),
        integer(r, 6), integer(r, 7), scratch,
      );
      return;
    }
    case OP_SAMPLE_LATENT_BACKWARD: {
      sampleLatentBackward(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), address(r, 5),
        float(r, 6),
      );
      return;
    }
    case OP_ACTIVITY_L1: {
      activityL1(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), float(r, 4), float(r, 5),
      );
      return;
    }
    case OP_KL_SPARSITY: {
      klSparsity(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), float(r, 4), float(r, 5),
      );
      return;
    }
    case OP_ADD_TO_ROWS: {
      addToRows(begin, end, integer(r, 0), address(r, 1), address(r, 2));
      return;
    }
    case OP_MEAN_ABSOLUTE_ERROR: {
      meanAbsoluteError(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), float(r, 5),
      );
      return;
    }
    case OP_HUBER: {
      huber(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), float(r, 5),
        float(r, 6),
      );
      return;
    }
    case OP_ADAMW: {
      adamw(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), address(r, 5),
        float(r, 6), float(r, 7), float(r, 8),
      );
      return;
    }
    case OP_NADAM: {
      nadam(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), address(r, 5),
        float(r, 6), float(r, 7), float(r, 8),
      );
      return;
    }
    case OP_RMSPROP: {
      rmsprop(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), address(r, 5),
        address(r, 6), float(r, 7), float(r, 8), float(r, 9), float(r, 10), integer(r, 11),
      );
      return;
    }
    case OP_ADAGRAD: {
      adagrad(begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), float(r, 5));
      return;
    }
    case OP_ADADELTA: {
      adadelta(
        begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), address(r, 4), address(r, 5),
        float(r, 6), float(r, 7), float(r, 8),
      );
      return;
    }
    case OP_PENALIZE: {
      penalize(begin, end, integer(r, 0), address(r, 1), address(r, 2), address(r, 3), float(r, 4), float(r, 5));
      return;
    }
    case OP_CLIP_VALUES: {
      clipValues(begin, end, integer(r, 0), address(r, 1), float(r, 2));
      return;
    }
    case OP_SUM_SQUARES: {
      sumSquares(begin, end, integer(r, 0), address(r, 1), address(r, 2));
      return;
    }
    case OP_CLIP_NORM: {
      clipNorm(begin, end, integer(r, 0), address(r, 1), address(r, 2), integer(r, 3), float(r, 4));
      return;
    }
    default: unreachable();
  }
}

/** The records from `r` to `stop`, over this thread's rows, a block of rows at a time. */
function runRows(r: usize, begin: i32, end: i32, block: i32, stop: usize, scratch: usize): void {
  for (let row = begin; row < end; row += block) {
    const last = min(row + block, end);
    for (let at = r; at < stop; at += <usize>word(at, RECORD_WORDS) << 2) call(at, row, last, scratch);
  }
}

/**
 * Runs the share of thread `thread` of `threads` in the phase that starts at address `phase`.
 *
 * @param scratch SCRATCH_BYTES of this thread alone, zeroed
 */
export function runPhase(phase: usize, thread: i32, threads: i32, scratch: usize): void {
  let r = phase;
  while (true) {
    const operation = word(r, RECORD_OPERATION);
    if (operation == OP_END) return;
    const next = r + (<usize>word(r, RECORD_WORDS) << 2);
    const extent = word(r, RECORD_EXTENT);
    const grain = word(r, RECORD_GRAIN);
    const begin = shareBegin(extent, grain, thread, threads);
    const end = shareBegin(extent, grain, thread + 1, threads);
    if (operation == OP_ROWS) {
      const stop = next + (<usize>integer(r, 0) << 2);
      runRows(next, begin, end, integer(r, 1), stop, scratch);
      r = stop;
    } else {
      if (begin < end) call(r, begin, end, scratch);
      r = next;
    }
  }
}
