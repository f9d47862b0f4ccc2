import { OptionKind } from '../../values/OptionKind.ts'

const isRetired: OptionKind = (value) =>
  Object(value)._tag === 'RetiredVersion'
    ? undefined
    : 'must be a retired version: make it with EventCodec.split or EventCodec.drop'

const withoutCodec = (type: string): string =>
  `the data of ${JSON.stringify(type)} has no io-ts codec: write t.strict({ ... })`

/** Whether an entry has a codec, or a codec for each of its versions. */
const hasCodec = (entry: unknown): boolean => {
  const { _tag, versions } = Object(entry)
  const codecs: ReadonlyArray<unknown> =
    _tag === 'VersionChain' && Array.isArray(versions) ? versions.map((version) => Object(version).codec) : [entry]
  return codecs.every((codec) => OptionKind.codec(codec) === undefined)
}

const text = ({ what, why }: { readonly what: string; readonly why: string }): string => `${what} ${why}`

/** What is wrong with the record of a codec of commands or events, as a JavaScript caller may pass it. */
export const entryProblems = (what: string, entries: unknown): ReadonlyArray<string> => {
  const none = OptionKind.problemsOf(undefined, { [what]: () => OptionKind.record(entries) }, {})
  if (none.length > 0) return none.map(text)
  return Object.entries(Object(entries)).flatMap(([type, entry]) => (hasCodec(entry) ? [] : [withoutCodec(type)]))
}

/** What is wrong with the options of a codec of events. */
export const optionProblems = (options: unknown): ReadonlyArray<string> =>
  OptionKind.problemsOf(undefined, { 'the options': () => OptionKind.record(options) }, {}).map(text)

/** What is wrong with a list of retired versions. */
export const retirementProblems = (retirements: unknown): ReadonlyArray<string> => {
  const none = OptionKind.problemsOf(undefined, { 'the retired versions': () => OptionKind.list(retirements) }, {})
  if (none.length > 0 || !Array.isArray(retirements)) return none.map(text)
  const kinds = Object.fromEntries(retirements.map((one, i) => [`retired version ${i}`, () => isRetired(one)]))
  return OptionKind.problemsOf(undefined, kinds, {}).map(text)
}
