export declare const TILE_4X8 = 0;
export declare const TILE_6X8 = 1;
export declare const TILE_2X16 = 2;
export declare const TILE_4X16 = 3;
export declare const TILE_6X16 = 4;
/** Bytes of room that a thread needs for one tile, and for a row of zeros to start sums from. */
export declare const SCRATCH_BYTES = 512;
export declare const ACTIVATION_LINEAR = 0;
export declare const ACTIVATION_RELU = 1;
export declare const ACTIVATION_SIGMOID = 2;
export declare const ACTIVATION_TANH = 3;
export declare const STREAM_INITIALIZATION = 0;
export declare const STREAM_SHUFFLE = 1;
export declare const RECORD_OPERATION = 0;
export declare const RECORD_WORDS = 1;
export declare const RECORD_EXTENT = 2;
export declare const RECORD_GRAIN = 3;
export declare const RECORD_ARGUMENTS = 4;
/** The end of the phase. */
export declare const OP_END = 0;
/** Runs the records that follow, `arguments[0]` words of them, over this thread's share of the rows, in blocks of
 * `arguments[1]` rows, so that what one record writes is still in the cache when the next one reads it. */
export declare const OP_ROWS = 1;
export declare const OP_GATHER_FLOATS = 2;
export declare const OP_GATHER_BYTES = 3;
export declare const OP_GEMM = 4;
export declare const OP_COLUMN_SUMS = 5;
export declare const OP_PACK_ROWS = 6;
export declare const OP_PACK_TRANSPOSED = 7;
export declare const OP_ACTIVATION_FORWARD = 8;
export declare const OP_ACTIVATION_BACKWARD = 9;
export declare const OP_MEAN_SQUARED_ERROR = 10;
export declare const OP_BINARY_CROSSENTROPY = 11;
export declare const OP_BINARY_CROSSENTROPY_LOGITS = 12;
export declare const OP_SGD = 13;
export declare const OP_ADAM = 14;
/** Address of the batch's first row index (u32 each). */
export declare const STEP_INDICES = 0;
/** Learning rate, with Adam's bias correction already in it. */
export declare const STEP_LEARNING_RATE = 1;
export declare const STEP_WORDS = 16;
