// What the kernels and TypeScript must agree on: numbers of tiles, activations and operations, and the layout of shared
// memory blocks. Both compilers compile this file, so it only contains plain constants.

// Tiles of the matrix product, rows × columns.
export const TILE_4X8 = 0;
export const TILE_6X8 = 1;
export const TILE_2X16 = 2;
export const TILE_4X16 = 3;
export const TILE_6X16 = 4;
/** Scratch bytes per thread: enough for the largest tile. */
export const SCRATCH_BYTES = 512;
/** Rows and columns of the blocks of A that gemmTransposed turns around: they stay in the level-2 cache. */
export const TURNED_ROWS = 96;
export const TURNED_DEPTH = 512;
/** Scratch bytes per thread for a tile and such a block, whose rows are 16 floats longer. */
export const TURNED_BYTES = SCRATCH_BYTES + TURNED_ROWS * (TURNED_DEPTH + 16) * 4;

/** The most inputs, and the most units, of a layer that the kernels of narrow.ts handle. */
export const NARROW = 2;

export const ACTIVATION_LINEAR = 0;
export const ACTIVATION_RELU = 1;
export const ACTIVATION_SIGMOID = 2;
export const ACTIVATION_TANH = 3;
export const ACTIVATION_LEAKY_RELU = 4;
export const ACTIVATION_ELU = 5;
export const ACTIVATION_SELU = 6;
export const ACTIVATION_SOFTPLUS = 7;
/** From this one on, the derivative is computed from z instead of y. */
export const ACTIVATION_SILU = 8;
export const ACTIVATION_GELU = 9;
export const ACTIVATION_MISH = 10;

// Streams of the random generator: with the same seed, each stream has its own numbers.
export const STREAM_INITIALIZATION = 0;
export const STREAM_SHUFFLE = 1;
export const STREAM_NOISE = 2;
export const STREAM_LATENT = 3;
export const STREAM_EVALUATION = 4;
export const STREAM_SAMPLE = 5;
/** Dropout after layer i uses stream STREAM_DROPOUT + i. */
export const STREAM_DROPOUT = 256;
/** Other layers that need random numbers use stream STREAM_LAYER + their index in the model. */
export const STREAM_LAYER = 65536;

// A phase of a plan is a list of records of 32-bit words: operation, number of words (including these four), extent,
// grain, then the kernel's fields. These are its parameters in order, without `begin`, `end` and `scratch`.
// src/build/kernels.mjs reads them from the signatures and assigns each kernel its operation number.
export const RECORD_OPERATION = 0;
export const RECORD_WORDS = 1;
export const RECORD_EXTENT = 2;
export const RECORD_GRAIN = 3;
export const RECORD_ARGUMENTS = 4;

/** End of the phase. */
export const OP_END = 0;
/** Runs the next `arguments[0]` words of records over this thread's share of the rows, in blocks of `arguments[1]`
 * rows: what one record writes is still in the cache when the next one reads it. The grain of these records is their
 * number of items per row. */
export const OP_ROWS = 1;

// Words of the step block, which the training loop writes before each step.
/** Address of the row indices of the batch (u32 each). */
export const STEP_INDICES = 0;
/** Learning rate η, including Adam's bias correction; for Nadam, the factor of the first moment. */
export const STEP_LEARNING_RATE = 1;
/** Epoch number over all of the model's trainings, from 0; noise depends on it. */
export const STEP_EPOCH = 8;
/** Weight of the Kullback-Leibler divergence of a gaussian latent. */
export const STEP_KL_WEIGHT = 9;
/** η·λ of AdamW. */
export const STEP_WEIGHT_DECAY = 10;
/** Nadam's factor of the gradient. */
export const STEP_GRADIENT_RATE = 11;
/** Nadam's factor of the second moment, 1 / (1 − β₂ᵗ). */
export const STEP_SECOND_FACTOR = 12;
export const STEP_WORDS = 16;

// Words of the block that a team of threads shares.
/** Sequence number of the current job. */
export const TEAM_SEQUENCE = 0;
/** Arrivals of all threads at barriers so far. Has its own cache line. */
export const TEAM_ARRIVED = 16;
/** Address of the job's list of phase addresses, and the length of the list. */
export const TEAM_PHASES = 32;
export const TEAM_PHASE_COUNT = 33;
/** Which slice of each phase the job does, and the number of slices. */
export const TEAM_SLICE = 34;
export const TEAM_SLICES = 35;
/** Nonzero: the workers should end. */
export const TEAM_STOP = 36;
/** Address of the trace, which has a record for each thread. */
export const TEAM_TRACE = 37;
/** Address of thread 0's scratch memory, and the bytes from one thread's scratch memory to the next. */
export const TEAM_SCRATCH = 38;
export const TEAM_SCRATCH_BYTES = 39;
/** Pieces of a slice: threads take one after another; 0 if each thread has its own share. */
export const TEAM_PIECES = 40;
/** Used by the leader only: phases begun, the number of arrivals that it waits for, and the phase's first ticket. */
export const TEAM_PHASE = 48;
export const TEAM_GOAL = 49;
export const TEAM_TICKET = 50;
/** Tickets for pieces taken so far. Has its own cache line. */
export const TEAM_TAKEN = 64;
export const TEAM_WORDS = 80;

// Words of a thread's record in the trace: its last step, a detail of that step, and the number of steps so far. Each
// record has its own cache line.
export const TRACE_STEP = 0;
export const TRACE_DETAIL = 1;
export const TRACE_COUNT = 2;
export const TRACE_WORDS = 16;
/** The leader waits for earlier plans. */
export const TRACE_LOCK = 1;
/** The leader starts a worker; the detail is the worker's number. */
export const TRACE_SPAWN = 2;
/** The leader waits for the workers to start. */
export const TRACE_START = 3;
/** The leader yields to the event loop. */
export const TRACE_TURN = 4;
/** The leader waits for a promise. */
export const TRACE_PROMISE = 5;
/** The leader runs a plan alone. */
export const TRACE_PLAN = 6;
/** A worker has received its first message. */
export const TRACE_WAKE = 7;
/** A worker waits for a job. */
export const TRACE_JOB = 8;
/** A thread works on a phase; the detail is its index. */
export const TRACE_PHASE = 9;
/** A thread waits for the others after a phase; the detail is its index. */
export const TRACE_BARRIER = 10;
/** A worker has ended. */
export const TRACE_END = 11;

// Words of a window block: how to take patches from an image [rows, columns, channels] for each position of a grid. The
// patch of position (y, x) consists of the channels of each tap in turn. Tap (i, j) is at row FIRST_ROW + y·ROW_STRIDE
// + i·ROW_STEP and column FIRST_COLUMN + x·COLUMN_STRIDE + j·COLUMN_STEP of the image; outside of the image it is 0.
// The first row and column may be negative.
export const WINDOW_PICTURE_ROWS = 0;
export const WINDOW_PICTURE_COLUMNS = 1;
export const WINDOW_CHANNELS = 2;
export const WINDOW_GRID_ROWS = 3;
export const WINDOW_GRID_COLUMNS = 4;
export const WINDOW_TAP_ROWS = 5;
export const WINDOW_TAP_COLUMNS = 6;
export const WINDOW_ROW_STRIDE = 7;
export const WINDOW_COLUMN_STRIDE = 8;
export const WINDOW_ROW_STEP = 9;
export const WINDOW_COLUMN_STEP = 10;
export const WINDOW_FIRST_ROW = 11;
export const WINDOW_FIRST_COLUMN = 12;
/** Length in floats of the runs of neighbouring floats that make up a patch, and how many there are. */
export const WINDOW_RUN = 13;
export const WINDOW_RUNS = 14;
export const WINDOW_WORDS = 16;
/** Products with patches that have at most this many columns do not use a tile, because most of it would be empty. */
export const FEW_COLUMNS = 4;
