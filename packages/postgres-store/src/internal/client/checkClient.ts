import { type Checked, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/** A field of a value of any kind, as JavaScript may pass it. A client of `postgres` is a function. */
const field = (value: unknown, key: string): unknown =>
  (typeof value === 'object' || typeof value === 'function') && value !== null ? Reflect.get(value, key) : undefined

const isFunction = (value: unknown): boolean => typeof value === 'function'

const isUrl = (value: unknown): boolean => typeof value === 'string' || value instanceof URL

/** What is wrong with a client, and the remedy. */
const problemOf = (sql: unknown): string => {
  const needed = 'must be a client of the package postgres'
  if (sql === undefined || sql === null) return `${needed}, is ${sql}: write { sql: postgres(url) }`
  if (isUrl(sql)) return `${needed}, is a URL: write { sql: postgres(url) }`
  return isFunction(field(sql, 'query'))
    ? `${needed}, is one of the package pg: write { sql: postgres(url) }`
    : `${needed}, is ${typeof sql === 'object' ? 'another object' : `a ${typeof sql}`}: write { sql: postgres(url) }`
}

/** Checks the options of a store: they have a client that the store can use. */
export const checkClient = <Options>(options: Options): Checked<Options> => {
  if (isUrl(options)) return rejectInput('options', 'must be an object, is a URL: write { sql: postgres(url) }')
  if (isFunction(field(options, 'unsafe'))) {
    return rejectInput('options', 'must be an object, is the client: write { sql }')
  }
  if (isFunction(field(options, 'query'))) return rejectInput('sql', problemOf(options))
  if (typeof options !== 'object' || options === null) {
    return rejectInput('options', `must be an object, is ${typeof options}: write { sql: postgres(url) }`)
  }
  const sql = field(options, 'sql')
  return isFunction(field(sql, 'unsafe')) ? E.right(options) : rejectInput('sql', problemOf(sql))
}
