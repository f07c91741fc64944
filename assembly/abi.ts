// What the kernels and the TypeScript above them must agree on: numbers of tiles, activations, operations, and the
// layout of the block that changes from step to step. Plain enough to be compiled by both.

// Tiles of the matrix product, rows × columns.
export const TILE_4X8 = 0;
export const TILE_6X8 = 1;
export const TILE_2X16 = 2;
export const TILE_4X16 = 3;
export const TILE_6X16 = 4;
/** Bytes that each thread has to itself: room for the largest tile. */
export const SCRATCH_BYTES = 512;

/** The most inputs, and the most units, of a layer that the narrow kernels calculate. */
export const NARROW = 2;

export const ACTIVATION_LINEAR = 0;
export const ACTIVATION_RELU = 1;
export const ACTIVATION_SIGMOID = 2;
export const ACTIVATION_TANH = 3;
export const ACTIVATION_LEAKY_RELU = 4;
export const ACTIVATION_ELU = 5;
export const ACTIVATION_SELU = 6;
export const ACTIVATION_SOFTPLUS = 7;
/** From this one on the derivative is found from z, and not from y. */
export const ACTIVATION_SILU = 8;
export const ACTIVATION_GELU = 9;
export const ACTIVATION_MISH = 10;

// Streams of the random generator: the same seed gives each of them its own numbers.
export const STREAM_INITIALIZATION = 0;
export const STREAM_SHUFFLE = 1;
export const STREAM_NOISE = 2;
export const STREAM_LATENT = 3;
export const STREAM_EVALUATION = 4;
export const STREAM_SAMPLE = 5;
/** Dropout behind layer i has stream STREAM_DROPOUT + i. */
export const STREAM_DROPOUT = 256;
/** Other layers that draw something have the stream STREAM_LAYER + their place in the model. */
export const STREAM_LAYER = 65536;

// A phase of a plan is a list of records of 32-bit words: operation, words of the record (these four included), extent, grain,
// then the kernel's fields: its parameters without `begin`, `end` and `scratch`, in their order. src/build/kernels.mjs reads
// them from the signatures, and gives each kernel the number of its operation.
export const RECORD_OPERATION = 0;
export const RECORD_WORDS = 1;
export const RECORD_EXTENT = 2;
export const RECORD_GRAIN = 3;
export const RECORD_ARGUMENTS = 4;

/** The end of the phase. */
export const OP_END = 0;
/** Runs the records that follow, `arguments[0]` words of them, over this thread's share of the rows, in blocks of
 * `arguments[1]` rows, so that what one record writes is still in the cache when the next one reads it. Their grain tells
 * how many of their items belong to one row. */
export const OP_ROWS = 1;

// Words of the step block, rewritten by the training loop before each step.
/** Address of the batch's first row index (u32 each). */
export const STEP_INDICES = 0;
/** Learning rate η, with Adam's bias correction already in it; of Nadam, the factor of the first moment. */
export const STEP_LEARNING_RATE = 1;
/** Epoch over the model's whole life, from 0: what noise is drawn from. */
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
/** Number of the job; raised for each. */
export const TEAM_SEQUENCE = 0;
/** Arrivals at barriers so far, of all threads. On a cache line of its own. */
export const TEAM_ARRIVED = 16;
/** Address of the job's list of phase addresses, and how many there are. */
export const TEAM_PHASES = 32;
export const TEAM_PHASE_COUNT = 33;
/** Which of how many slices of the work the job is. */
export const TEAM_SLICE = 34;
export const TEAM_SLICES = 35;
/** Not 0: the workers end. */
export const TEAM_STOP = 36;
/** Address of the trace: a record for each thread. */
export const TEAM_TRACE = 37;
/** Address of thread 0's room for a kernel's own use, and the bytes from one thread's room to the next. */
export const TEAM_SCRATCH = 38;
export const TEAM_SCRATCH_BYTES = 39;
/** The leader's own: phases begun, and the count of arrivals that it waits for. */
export const TEAM_PHASE = 48;
export const TEAM_GOAL = 49;
export const TEAM_WORDS = 64;

// Words of a thread's record in the trace: the step it took last, a number that belongs to it, and how many it has
// taken. A cache line each.
export const TRACE_STEP = 0;
export const TRACE_DETAIL = 1;
export const TRACE_COUNT = 2;
export const TRACE_WORDS = 16;
/** The leader waits for the plans that came before. */
export const TRACE_LOCK = 1;
/** The leader starts a worker, whose number is the detail. */
export const TRACE_SPAWN = 2;
/** The leader waits for the workers to start. */
export const TRACE_START = 3;
/** The leader lets the event loop turn. */
export const TRACE_TURN = 4;
/** The leader waits for a promise. */
export const TRACE_PROMISE = 5;
/** The leader runs a plan by itself. */
export const TRACE_PLAN = 6;
/** A worker has been told what to work on. */
export const TRACE_WAKE = 7;
/** A worker waits for a job. */
export const TRACE_JOB = 8;
/** A thread works on the phase that is the detail. */
export const TRACE_PHASE = 9;
/** A thread waits for the others after the phase that is the detail. */
export const TRACE_BARRIER = 10;
/** A worker has ended. */
export const TRACE_END = 11;

// Words of a window block: how patches are taken from a picture [rows, columns, channels] for each place of a grid. The
// patch of place (y, x) has the channels of tap after tap, tap (i, j) standing at row FIRST_ROW + y·ROW_STRIDE + i·ROW_STEP
// and column FIRST_COLUMN + x·COLUMN_STRIDE + j·COLUMN_STEP of the picture, zeros where that is outside. The first row and
// column may be negative.
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
export const WINDOW_WORDS = 16;
/** The most columns of a product with patches that is calculated without a tile, most of which would be empty. */
export const FEW_COLUMNS = 4;
