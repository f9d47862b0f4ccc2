import { OptionKind } from '@foldlog/core/store'

const { optional, problemsOf, record } = OptionKind

/**
 * The functions of a record of cases, by name. A map and not the record, so that an event with the type `toString`
 * finds no function of a prototype. `part` is the option that has the record, `kind` that of its functions: a wrong one
 * is a mistake in the program, so this throws where the handler is made.
 */
export const caseTable = <Case>(
  part: string,
  kind: OptionKind,
  cases: { readonly [name: string]: Case | undefined },
): ReadonlyMap<string, Case> => {
  const kinds = Object.keys(Object(cases)).map((name) => [name, optional(kind)] as const)
  const wrong = [
    ...problemsOf(undefined, { [part]: () => record(cases) }, {}),
    ...problemsOf(undefined, Object.fromEntries(kinds), cases).map(({ what, why }) => ({
      what: `${part}.${what}`,
      why,
    })),
  ]
  if (wrong.length > 0) throw new Error(wrong.map(({ what, why }) => `${what} ${why}`).join('; '))
  const table = new Map<string, Case>()
  for (const [name, one] of Object.entries(cases)) if (one !== undefined) table.set(name, one)
  return table
}

/** The part of an event that selects the case. */
export interface Typed {
  readonly event: { readonly type: string }
}

/** Whether an event is of one of these types; `undefined` for all types. */
export const isOneOf = (types: ReadonlyArray<string> | undefined): ((event: Typed) => boolean) => {
  if (types === undefined) return () => true
  const set = new Set(types)
  return ({ event }) => set.has(event.type)
}

/**
 * A function of an event that returns `other` for events of other types. The runtime gives it no such event, and a test
 * may.
 */
export const wantedBy = <R>(types: ReadonlyArray<string>, f: (event: never) => R, other: R): ((event: Typed) => R) => {
  // The runtime refuses this one. Within another function it would not be seen.
  if (OptionKind.pure(f) !== undefined) return f as never
  const isWanted = isOneOf(types)
  // An event of one of the types, as `f` expects it.
  return (event) => (isWanted(event) ? f(event as never) : other)
}
