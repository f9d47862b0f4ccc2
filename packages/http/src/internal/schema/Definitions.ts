import type { JsonRecord } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { isSame } from './objects.ts'

/**
 * The schemas of a document by name. Two codecs with one name and the same schema have one definition; with different
 * schemas, the second is numbered: `Reason`, `Reason2`.
 */
export interface Definitions {
  /** Enters a schema and returns its name. */
  readonly add: (name: string, schema: JsonRecord) => string
  /** Enters a schema that refers to itself by the name that it will have. */
  readonly define: <L>(name: string, schema: (name: string) => E.Either<L, JsonRecord>) => E.Either<L, string>
  readonly all: () => Readonly<Record<string, JsonRecord>>
}

const numbered = (name: string, i: number): string => (i === 1 ? name : `${name}${i}`)

const make = (reserved: ReadonlyArray<string>): Definitions => {
  /** `undefined` for a definition that is being made. */
  let known = new Map<string, JsonRecord | undefined>()

  const isFree = (name: string): boolean => !known.has(name) && !reserved.includes(name)

  const add: Definitions['add'] = (name, schema) => {
    for (let i = 1; ; i++) {
      const candidate = numbered(name, i)
      const before = known.get(candidate)
      if (before !== undefined && isSame(before, schema)) return candidate
      if (!isFree(candidate)) continue
      known.set(candidate, schema)
      return candidate
    }
  }

  const define: Definitions['define'] = (name, schema) => {
    for (let i = 1; ; i++) {
      const candidate = numbered(name, i)
      const before = known.get(candidate)
      if (before === undefined && !isFree(candidate)) continue
      const saved = new Map(known)
      known.set(candidate, before)
      const made = schema(candidate)
      if (E.isLeft(made)) return made
      if (before === undefined || isSame(before, made.right)) {
        known.set(candidate, made.right)
        return E.right(candidate)
      }
      // Another codec has this name. What the attempt has entered may refer to it.
      known = saved
    }
  }

  return {
    add,
    define,
    all: () =>
      Object.fromEntries([...known].flatMap(([name, schema]) => (schema === undefined ? [] : [[name, schema]]))),
  }
}

export const Definitions = { make } as const
