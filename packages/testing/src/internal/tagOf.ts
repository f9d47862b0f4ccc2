/** What a built-in is: `Date`, `Map`, `Array`, ... By tag and not by `instanceof`: an object of another realm has other constructors. */
export const tagOf = (value: object): string => Object.prototype.toString.call(value).slice('[object '.length, -1)
