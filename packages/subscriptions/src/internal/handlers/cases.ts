/**
 * The functions of a record of cases, by name. A map and not the record, so that an event with the type `toString`
 * finds no function of a prototype.
 */
export const caseTable = <Case>(cases: { readonly [name: string]: Case | undefined }): ReadonlyMap<string, Case> => {
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
  const isWanted = isOneOf(types)
  // An event of one of the types, as `f` expects it.
  return (event) => (isWanted(event) ? f(event as never) : other)
}
