/**
 * The kind of a built-in: `Date`, `Map`, `Array`, ... It is read from the tag and not by `instanceof`: an object of
 * another realm has other constructors.
 */
export const tagOf = (value: object): string => Object.prototype.toString.call(value).slice('[object '.length, -1)
