// References that do not keep what they refer to alive. Older settings of edge runtimes lack them; there, what is
// forgotten without being disposed of is freed with the whole program.

/** `WeakRef`, or a stand-in that keeps its object. */
export const WeakReference: typeof WeakRef =
  typeof WeakRef === "function"
    ? WeakRef
    : (class<T> {
        readonly #object: T;
        constructor(object: T) {
          this.#object = object;
        }
        deref(): T {
          return this.#object;
        }
      } as unknown as typeof WeakRef);

/** `FinalizationRegistry`, or a stand-in that never calls back. */
export const Registry: typeof FinalizationRegistry =
  typeof FinalizationRegistry === "function"
    ? FinalizationRegistry
    : (class {
        register(): void {}
        unregister(): boolean {
          return false;
        }
      } as unknown as typeof FinalizationRegistry);
