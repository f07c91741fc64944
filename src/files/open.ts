import { type FileHandle, open } from "node:fs/promises";
import { ByteSource } from "../formats/byteSource.js";
import { inPath, unreadable } from "./inPath.js";

/** Bytes to read at a time: the usual number, or as many as are wanted, up to the most. */
const PIECE = { usual: 1 << 17, most: 1 << 22 };

/**
 * Opens a file, passes its bytes to `read`, decompressed if they are gzipped, and closes it.
 *
 * @throws what `read` throws, with the path in the messages of `FormatError`s
 * @throws {ArgumentError} if there is no such file
 * @throws {IsthmusError} with code `ERR_FILE` if the system refuses to read it
 */
export async function withFile<T>(path: string, read: (source: ByteSource) => Promise<T>): Promise<T> {
  const file = await openFile(path);
  try {
    return await inPath(path, async () => read(await sourceOf(path, file)));
  } finally {
    await file.close();
  }
}

/** Like `withFile`, for results that come in chunks. */
export async function* eachOfFile<T>(
  path: string,
  read: (source: ByteSource) => AsyncIterable<T>,
): AsyncGenerator<T, void, void> {
  const file = await openFile(path);
  try {
    const chunks = read(await inPath(path, () => sourceOf(path, file)))[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await inPath(path, () => chunks.next());
      if (done) return;
      yield value;
    }
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  return open(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error);
  });
}

async function sourceOf(path: string, file: FileHandle): Promise<ByteSource> {
  const status = await file.stat();
  // Some files, such as those in /proc, report size 0 but have contents.
  const size = status.isFile() && status.size > 0 ? status.size : Number.POSITIVE_INFINITY;
  return ByteSource.open({ pieces: pieces(path, file), size, own: true });
}

/** The bytes of a file. Every read waits for a turn of the event loop, so a few large reads are faster than many small ones. */
async function* pieces(path: string, file: FileHandle): AsyncGenerator<Uint8Array, void, number | undefined> {
  let wanted: number | undefined;
  for (;;) {
    const piece = new Uint8Array(Math.min(Math.max(PIECE.usual, wanted ?? 0), PIECE.most));
    const { bytesRead } = await file.read(piece, 0, piece.length, null).catch((error) => {
      throw unreadable(path, error as NodeJS.ErrnoException);
    });
    if (bytesRead === 0) return;
    wanted = yield piece.subarray(0, bytesRead);
  }
}
