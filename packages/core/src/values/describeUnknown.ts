/** Maximum number of characters of a text. */
const maxTextLength = 2_000

/** Maximum levels of nesting, and maximum number of values in all, that a text shows. */
const maxDepth = 5
const maxValues = 200

const unreadable = 'a value that cannot be shown as text'

/** The number of values that may still be shown. */
interface Budget {
  left: number
}

const truncate = (text: string): string => (text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text)

/**
 * Catches exceptions. Reading a foreign value may run its own code: a getter, a proxy, `toString`, `toJSON`.
 */
const orUnreadable = (describe: () => string, otherwise = unreadable): string => {
  try {
    return describe()
  } catch {
    return otherwise
  }
}

/** Decides by tag: for an error of another realm (a Jest sandbox) `instanceof Error` is false. */
const isError = (value: object): boolean => Object.prototype.toString.call(value) === '[object Error]'

const stringProperty = (value: object, key: string): string => {
  const found: unknown = Reflect.get(value, key)
  return typeof found === 'string' ? found : ''
}

/**
 * The message of an error. An error that represents several, such as one for each address of a host, has no message of
 * its own.
 */
const messageOf = (error: object, depth: number, budget: Budget): string => {
  const own = stringProperty(error, 'message')
  if (own !== '') return own
  const errors: unknown = Reflect.get(error, 'errors')
  const parts = Array.isArray(errors) && depth < maxDepth ? errors.map((one) => topText(one, depth + 1, budget)) : []
  return (
    parts.join('; ') || stringProperty(error, 'code') || stringProperty(error, 'name') || 'an error without a message'
  )
}

/** The name of an error and a colon; empty for names without information, and for an error that represents others. */
const nameOf = (error: object, message: string): string => {
  const name = stringProperty(error, 'name')
  const saysNothing = name === '' || name === 'Error' || message.startsWith(name)
  return saysNothing || stringProperty(error, 'message') === '' ? '' : `${name}: `
}

/** The code of an error in brackets, unless the message has it already. */
const codeOf = (error: object, message: string): string => {
  const code: unknown = Reflect.get(error, 'code')
  const isCode = typeof code === 'string' || typeof code === 'number'
  return !isCode || code === '' || message.includes(`${code}`) ? '' : ` (${code})`
}

/** Members of an error that its text has elsewhere, or that are too long for it. */
const ofEveryError: ReadonlySet<string> = new Set(['name', 'message', 'code', 'cause', 'errors', 'stack'])

/**
 * The tag and the other fields of an error that has a tag: they are its facts. The fields of any other error are those
 * of a library, such as twenty of an error of Postgres.
 */
const fieldsOf = (error: object, depth: number, budget: Budget): string => {
  const tag: unknown = Reflect.get(error, '_tag')
  if (typeof tag !== 'string' || depth >= maxDepth) return ''
  // The tag may be a member of the class.
  const keys = ['_tag', ...Object.keys(error).filter((key) => key !== '_tag' && !ofEveryError.has(key))]
  return ` ${recordText(error, keys, depth, budget)}`
}

const errorText = (error: object, depth: number, budget: Budget): string => {
  const message = truncate(messageOf(error, depth, budget))
  const own = `${nameOf(error, message)}${message}${codeOf(error, message)}`
  const text = `${own}${orUnreadable(() => fieldsOf(error, depth, budget), '')}`
  const cause: unknown = Reflect.get(error, 'cause')
  return cause === undefined || depth >= maxDepth ? text : `${text}; caused by ${topText(cause, depth + 1, budget)}`
}

const listText = (list: ReadonlyArray<unknown>, depth: number, budget: Budget): string => {
  const parts: Array<string> = []
  for (let i = 0; i < list.length; i++) {
    if (budget.left <= 0) {
      parts.push('…')
      break
    }
    parts.push(orUnreadable(() => partText(list[i], depth + 1, budget)))
  }
  return `[${parts.join(',')}]`
}

const recordText = (value: object, keys: ReadonlyArray<string>, depth: number, budget: Budget): string => {
  const parts: Array<string> = []
  for (const key of keys) {
    if (budget.left <= 0) {
      parts.push('…')
      break
    }
    const text = orUnreadable(() => {
      const part: unknown = Reflect.get(value, key)
      return part === undefined || typeof part === 'function' ? '' : partText(part, depth + 1, budget)
    })
    if (text !== '') parts.push(`${JSON.stringify(truncate(key))}:${text}`)
  }
  return `{${parts.join(',')}}`
}

const objectText = (value: object, depth: number, budget: Budget): string => {
  const toJson: unknown = Reflect.get(value, 'toJSON')
  if (typeof toJson === 'function' && depth < maxDepth) return partText(toJson.call(value, ''), depth + 1, budget)
  if (depth >= maxDepth) return Array.isArray(value) ? '[…]' : '{…}'
  if (Array.isArray(value)) return listText(value, depth, budget)
  const keys = Object.keys(value)
  // A class that describes itself, such as a URL.
  if (keys.length === 0 && Object.prototype.toString.call(value) !== '[object Object]') return String(value)
  return recordText(value, keys, depth, budget)
}

/** A value within others. */
const partText = (value: unknown, depth: number, budget: Budget): string => {
  budget.left--
  switch (typeof value) {
    case 'string':
      return JSON.stringify(truncate(value))
    case 'bigint':
      return `${value}n`
    case 'function':
      return 'a function'
    case 'object':
      if (value === null) return 'null'
      return orUnreadable(() =>
        isError(value) ? JSON.stringify(truncate(errorText(value, depth, budget))) : objectText(value, depth, budget),
      )
    default:
      return String(value)
  }
}

/** Describes a value on its own: a text without quotes, an error by its message. */
const topText = (value: unknown, depth: number, budget: Budget): string => {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return partText(value, depth, budget)
  return orUnreadable(() => {
    if (isError(value)) return errorText(value, depth, budget)
    const message = stringProperty(value, 'message')
    // A tagged error carries facts beside its message.
    return message === '' || Reflect.get(value, '_tag') !== undefined ? objectText(value, depth, budget) : message
  })
}

/**
 * Describes any value as a text of at most about 2,000 characters, and never throws: for a thrown value, the reason of
 * a rejected promise, or an error that a handler returned. An error is shown by its name,
 * message and code and those of its causes, and by its other fields when it has a `_tag`; a string as it is; and any
 * other value roughly as JSON shows it.
 *
 * A value may throw when it is read: a getter, a revoked proxy, an object without a prototype that holds a `bigint`.
 * Code that shows a foreign value must not throw between a decision and its commit, so all such code in foldlog uses
 * this function.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { describeUnknown } from '@foldlog/core'
 *
 * console.log(describeUnknown(new Error('the mail was refused', { cause: new Error('mailbox full') })))
 * console.log(describeUnknown(Object.assign(Object.create(null), { _tag: 'Declined', amount: 5n })))
 * ```
 *
 * ```text
 * the mail was refused; caused by mailbox full
 * {"_tag":"Declined","amount":5n}
 * ```
 */
export const describeUnknown = (value: unknown): string => truncate(topText(value, 0, { left: maxValues }))
