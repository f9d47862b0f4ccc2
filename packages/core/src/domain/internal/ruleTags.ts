import { OptionKind } from '../../values/OptionKind.ts'
import type { Tag } from '../../values/Tag.ts'

type Tagger = (data: never) => ReadonlyArray<Tag>

/** The functions that tag events, by type, as the options of a codec have them. */
export type Taggers = Readonly<Record<string, Tagger | undefined>>

/** A rule over values: the name of its tags, and the types of the events that have them. */
interface Rule {
  readonly tag: string
  readonly types: ReadonlyArray<string>
}

/**
 * Under a symbol of its own, which every copy keeps: `{ ...email.tags, ...name.tags }` has the function of one rule
 * under a shared type, but the symbols of both rules.
 */
type Marks = Readonly<Record<symbol, Rule>>

const rules = new WeakSet<object>()

/** The rules whose tags a function makes. A function that is not in here may make the tags of any rule. */
const made = new WeakMap<object, ReadonlySet<Rule>>()

const rulesIn = (taggers: object): ReadonlyArray<readonly [symbol, Rule]> =>
  Object.getOwnPropertySymbols(taggers).flatMap((key) => {
    // What is found is a rule only when it is among `rules`.
    const rule = (taggers as Marks)[key]
    return typeof rule === 'object' && rules.has(rule) ? [[key, rule] as const] : []
  })

/** The functions of a rule, with its mark. */
export const markedTags = (tag: string, taggers: ReadonlyArray<readonly [string, Tagger]>): Taggers => {
  const rule: Rule = { tag, types: taggers.map(([type]) => type) }
  rules.add(rule)
  for (const [, tagger] of taggers) made.set(tagger, new Set([rule]))
  return { ...Object.fromEntries(taggers), [Symbol(tag)]: rule }
}

/** For each type the tags of all, in this order. */
export const joinedTags = (all: ReadonlyArray<Taggers>): Taggers => {
  const types = [...new Set(all.flatMap((taggers) => Object.keys(taggers)))]
  const joined = types.map((type) => {
    const parts = all.flatMap((taggers) => taggers[type] ?? [])
    const tagger: Tagger = (data) => parts.flatMap((part) => part(data))
    const known = parts.map((part) => made.get(part))
    if (!known.includes(undefined)) made.set(tagger, new Set(known.flatMap((some) => [...(some ?? [])])))
    return [type, tagger] as const
  })
  const marks: Marks = Object.fromEntries(all.flatMap(rulesIn))
  // Only symbols have rules as their values.
  return Object.assign(Object.fromEntries(joined), marks) as Taggers
}

/** The rules whose tags another rule has replaced: their values would have any number of owners. */
export const lostRules = (taggers: object): ReadonlyArray<string> =>
  rulesIn(taggers).flatMap(([, rule]) =>
    rule.types.flatMap((type) => {
      // Only asked whether it is a function that was made here.
      const tagger = Object.hasOwn(taggers, type) ? (taggers as Taggers)[type] : undefined
      const present = tagger === undefined ? undefined : made.get(tagger)
      return present === undefined || present.has(rule)
        ? []
        : [
            `the tags of ${JSON.stringify(type)} lack those of the unique value ${JSON.stringify(rule.tag)}: take UniqueValue.tags([...]) of both rules`,
          ]
    }),
  )

/** What is wrong with the rules to join, as a JavaScript caller may pass them. */
export const joinProblems = (given: unknown): ReadonlyArray<string> => {
  const problem = OptionKind.list(given)
  if (problem !== undefined || !Array.isArray(given)) return [`the rules ${problem}`]
  return Array.from(given, (rule: unknown, i) => {
    const taggers: unknown = Object(rule)['tags']
    const unfit = OptionKind.record(taggers)
    return unfit !== undefined
      ? [`tags of rule ${i} ${unfit}`]
      : Object.entries(Object(taggers)).flatMap(([type, tagger]) => {
          const wrong = tagger === undefined ? undefined : OptionKind.pure(tagger)
          return wrong === undefined ? [] : [`${JSON.stringify(type)} in the tags of rule ${i} ${wrong}`]
        })
  }).flat()
}
