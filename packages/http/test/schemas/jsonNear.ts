import * as fc from 'fast-check'

/** Values that resemble those of random codecs. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(
      '',
      'a',
      'red',
      'true',
      '12',
      '2024-02-29T12:00:00.000Z',
      0,
      1,
      1.5,
      -1,
      true,
      false,
      null,
    ),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'kind', 'list', 'other', 'x', 'y', '_tag', 'value'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).value

/** Changes one place of a JSON value: removes it, or puts another value there. */
const changed = (json: unknown, at: number, to: unknown): unknown => {
  if (typeof json !== 'object' || json === null || at % 5 === 0) return to
  const entries = Object.entries(json)
  if (entries.length === 0) return Array.isArray(json) ? [to] : { a: to }
  const i = at % entries.length
  const next = entries.flatMap(([key, value], index) =>
    index !== i ? [[key, value]] : at % 3 === 0 ? [] : [[key, changed(value, Math.floor(at / 2), to)]],
  )
  return Array.isArray(json) ? next.map(([, value]) => value) : Object.fromEntries(next)
}

/** JSON values near to one that a codec has encoded. */
export const near = (json: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    json,
    fc.tuple(json, fc.nat(), anyJson).map(([value, at, to]) => changed(value, at, to)),
    anyJson,
  )
