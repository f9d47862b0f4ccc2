// The maximum sizes of the packages (`scripts/sizes.json`), compared with the actual ones.

/** Its own code; that and all it imports but fp-ts; all. */
export const kinds = ['own', 'withoutFpTs', 'all']

/** A limit far above what is there would say nothing: it may be a quarter and one kB above. */
const isTight = (limit, bytes) => limit <= bytes * 1.25 + 1000

/** The faults in the sizes of a package, as sentences: `limits` and `sizes` are by kind, in bytes. */
export const complaints = (name, limits, sizes, unused) => [
  ...kinds.flatMap((kind) => {
    const limit = limits?.[kind]
    if (limit === undefined) return [`${name}: no limit for \`${kind}\`, which has ${sizes[kind]} bytes`]
    if (sizes[kind] > limit) return [`${name}: \`${kind}\` has ${sizes[kind]} bytes, ${limit} are allowed`]
    return isTight(limit, sizes[kind])
      ? []
      : [`${name}: \`${kind}\` has ${sizes[kind]} bytes, ${limit} is no limit for it`]
  }),
  // An empty file has 20 bytes when compressed.
  ...(unused > 20 ? [`${name}: ${unused} bytes are left of it when nothing of it is used`] : []),
]
