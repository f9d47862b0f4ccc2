import { type CodecEntry, describeError, EventCodec, type RetiredVersion } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'

const Data = t.strict({ n: t.number })
type Data = t.TypeOf<typeof Data>

const { version, upcast, split, drop } = EventCodec
const first = (number: number, name?: string) => version(number, Data, name === undefined ? {} : { name })
const next = (number: number, name?: string) =>
  upcast(number, Data, (data: Data) => data, name === undefined ? {} : { name })

/** `A v1` as a retired form, replaced by the named forms. */
const form = (label: string) => {
  const [type = '', number = ''] = label.split(' v')
  return { type, schemaVersion: Number(number) }
}
const replaced = (from: string, ...to: ReadonlyArray<string>): RetiredVersion =>
  to.length === 0 ? drop(form(from)) : split(form(from), t.unknown, to.map(form), () => [])

const long = 'x'.repeat(Limits.eventType + 1)

const cases: ReadonlyArray<
  readonly [
    name: string,
    problems: ReadonlyArray<string>,
    entries: Readonly<Record<string, CodecEntry>>,
    retirements?: ReadonlyArray<RetiredVersion>,
  ]
> = [
  // A missing version.
  ['a gap in a chain', ['A v3 follows A v1: versions of a chain go up by one'], { A: F.pipe(first(1), next(3)) }],
  [
    'a chain that goes down',
    ['A v2 follows A v3: versions of a chain go up by one'],
    { A: F.pipe(first(3), next(2)) },
    [replaced('A v1')],
  ],
  [
    'a chain that repeats a version',
    ['A v1 is defined twice', 'A v1 follows A v1: versions of a chain go up by one'],
    { A: F.pipe(first(1), next(1)) },
  ],
  ['a chain that starts late', ['A v2 is known, A v1 is not'], { A: first(2) }],
  ['a chain that starts as late as can be', ['A v32767 is known, A v32766 is not'], { A: first(32_767) }],
  ['a chain that starts very late', ['A v7 is known, A v6 is not'], { A: F.pipe(first(7), next(8)) }],
  ['a gap before a retired form', ['B v2 is known, B v1 is not'], { A: Data }, [replaced('B v2')]],
  [
    'a gap where the name changed',
    ['A v3 follows Old v1: versions of a chain go up by one'],
    { A: F.pipe(first(1, 'Old'), next(3)) },
  ],
  // A version that is defined twice.
  ['one name for two keys', ['Same v1 is defined twice'], { A: first(1, 'Same'), B: first(1, 'Same') }],
  ['a name that is a key', ['B v1 is defined twice'], { A: first(1, 'B'), B: Data }],
  ['a form both live and retired', ['A v1 is defined twice'], { A: Data }, [replaced('A v1')]],
  ['a form retired twice', ['B v1 is defined twice'], { A: Data }, [replaced('B v1'), replaced('B v1', 'A v1')]],
  ['a form that is defined three times', ['S v1 is defined twice'], { A: first(1, 'S'), B: first(1, 'S'), S: Data }],
  // Replacements by unknown forms, and circles.
  [
    'a target that is missing',
    ['B v1 is replaced by C v1, which is not known'],
    { A: Data },
    [replaced('B v1', 'C v1')],
  ],
  [
    'a target of another version',
    ['B v1 is replaced by A v2, which is not known'],
    { A: Data },
    [replaced('B v1', 'A v2')],
  ],
  ['a form replaced by itself', ['B v1 -> B v1 is a circle'], { A: Data }, [replaced('B v1', 'B v1')]],
  [
    'a circle of two',
    ['B v1 -> C v1 -> B v1 is a circle'],
    { A: Data },
    [replaced('B v1', 'A v1', 'C v1'), replaced('C v1', 'B v1')],
  ],
  [
    'a circle, entered from outside',
    ['C v1 -> D v1 -> C v1 is a circle'],
    { A: Data },
    [replaced('B v1', 'C v1'), replaced('C v1', 'D v1'), replaced('D v1', 'C v1', 'A v1')],
  ],
  // Bad version numbers.
  ...[0, -1, 1.5, 32_768, Number.NaN, Number.POSITIVE_INFINITY].map(
    (number) =>
      [
        `the version ${number}`,
        [`A v${number}: a version must be an integer from 1 to 32767`],
        { A: first(number) },
      ] as const,
  ),
  ['a retired version 0', ['B v0: a version must be an integer from 1 to 32767'], { A: Data }, [replaced('B v0')]],
  // Bad names.
  ['an empty key', ['the stored name "" must not be empty'], { '': Data }],
  ['an empty name', ['the stored name "" must not be empty'], { A: first(1, '') }],
  [
    'a bad name with two versions',
    ['the stored name "a\\tb" must not contain control characters'],
    { A: F.pipe(first(1, 'a\tb'), next(2, 'a\tb')) },
  ],
  ['a name with NUL', ['the stored name "a\\u0000b" must not contain control characters'], { 'a\0b': Data }],
  ['half a surrogate pair', ['the stored name "\\ud83d" must not contain half a surrogate pair'], { '\ud83d': Data }],
  ['a long name', [`the stored name "${long}" must have at most 256 characters, has 257`], { [long]: Data }],
  [
    'a bad retired name',
    ['the stored name "\\n" must not contain control characters'],
    { A: Data },
    [replaced('\n v1')],
  ],
]

describe('an invalid codec', () => {
  it.each(cases.map(([name, problems, entries, retirements = []]) => [name, problems, entries, retirements] as const))(
    '%s',
    (_name, problems, entries, retirements) => {
      const built = EventCodec.makeEither(entries, { retired: retirements })
      expect(built).toEqual(E.left({ _tag: 'InvalidEventCodec', problems }))
      expect(() => EventCodec.make(entries, { retired: retirements })).toThrow(
        new Error(`Invalid event codec: ${problems.join('; ')}`),
      )
    },
  )

  it('reports all problems at once', () => {
    const built = EventCodec.makeEither(
      { A: first(3), B: F.pipe(first(1), next(4)), '': Data },
      { retired: [replaced('A v3', 'C v1'), replaced('D v1', 'D v1')] },
    )
    expect(F.pipe(built, E.swap, E.map(describeError))).toEqual(
      E.right(
        'invalid event codec: the stored name "" must not be empty; A v3 is defined twice; A v3 is known, A v2 is not; ' +
          'B v4 follows B v1: versions of a chain go up by one; ' +
          'A v3 is replaced by C v1, which is not known; D v1 -> D v1 is a circle',
      ),
    )
  })
})

describe('a valid codec', () => {
  const sound: ReadonlyArray<readonly [string, Readonly<Record<string, CodecEntry>>, ReadonlyArray<RetiredVersion>?]> =
    [
      [
        'the first version the code knows, when the older are retired',
        { A: first(3) },
        [replaced('A v1'), replaced('A v2')],
      ],
      ['a chain through three names', { A: F.pipe(first(1, 'C'), next(2, 'B'), next(3)) }],
      ['names exchanged with a version', { A: F.pipe(first(1, 'B'), next(2)), B: F.pipe(first(1, 'A'), next(2)) }],
      [
        'two ways to one form',
        { A: Data },
        [replaced('B v1', 'C v1', 'D v1'), replaced('C v1', 'A v1'), replaced('D v1', 'A v1', 'A v1')],
      ],
      ['the longest name, of any plane of Unicode', { ['🙂'.repeat(Limits.eventType / 2)]: Data }],
      ['quotes and spaces in names', { 'it\'s a "name"': Data }],
    ]

  it.each(sound.map(([name, entries, retirements = []]) => [name, entries, retirements] as const))(
    '%s',
    (_name, entries, retirements) => {
      expect(EventCodec.makeEither(entries, { retired: retirements })).toMatchObject({ _tag: 'Right' })
      expect(EventCodec.make(entries, { retired: retirements }).types).toEqual(Object.keys(entries))
    },
  )
})
