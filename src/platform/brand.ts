declare const brand: unique symbol;

/** A string or number that cannot be swapped with another kind of id; made only by its parser. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
