// A program may load two copies of this package: one that it imports, and one that a dependency requires. `instanceof`
// would then fail for objects of the other copy, although they are the same kind of thing.

/** A class whose instances every copy of the package recognizes. */
interface Branded {
  readonly name: string;
  readonly prototype: object;
}

const brandOf = ({ name }: Branded) => Symbol.for(`isthmus.${name}`);
const isInstance = Function.prototype[Symbol.hasInstance];

/**
 * Makes `instanceof` recognize instances of this class from any copy of the package, by a brand that all copies share.
 * Call it in the class's static block, after its static `name` is set. Subclasses that users define are not affected.
 *
 * @param value the value stored under the brand; default `true`
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

/** The value stored under a class's brand in `value`; undefined if it has no such brand. */
export function brandIn(Class: Branded, value: unknown): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<symbol, unknown>)[brandOf(Class)]
    : undefined;
}
