// A program can have two copies of this package: one that it imports, and one that something in it requires. What comes
// from one copy is then no instance of the other one's classes, though it is the same thing.

/** A class whose instances are known in every copy of the package. */
interface Branded {
  readonly name: string;
  readonly prototype: object;
}

const brandOf = ({ name }: Branded) => Symbol.for(`isthmus.${name}`);
const isInstance = Function.prototype[Symbol.hasInstance];

/**
 * Has `instanceof` know a class's instances by a brand that all copies of the package share, also those of another copy.
 * To be called in the class's static block, once its static `name` is there. Subclasses of users stay as they are.
 *
 * @param value what the brand is worth, where it is more than a mark
 */
export function brand(Class: Branded, value: unknown = true): void {
  Object.defineProperty(Class.prototype, brandOf(Class), { value });
  Object.defineProperty(Class, Symbol.hasInstance, {
    value(this: Branded, instance: unknown): boolean {
      if (isInstance.call(this, instance)) return true;
      return Object.hasOwn(this.prototype, brandOf(this)) && brandIn(this, instance) !== undefined;
    },
  });
}

/** What the brand of a class is worth in `value`; undefined where there is none. */
export function brandIn(Class: Branded, value: unknown): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<symbol, unknown>)[brandOf(Class)]
    : undefined;
}
