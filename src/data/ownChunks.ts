const OWN = new WeakSet<object>();

/** Marks a stream of which each chunk has memory that nobody else uses, so that nobody needs to copy it. */
export function withOwnChunks<T extends object>(stream: T): T {
  OWN.add(stream);
  return stream;
}

/** Whether a stream is marked as one with such chunks. */
export function hasOwnChunks(stream: object): boolean {
  return OWN.has(stream);
}
