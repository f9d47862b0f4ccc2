/** Characters of a text. */
const longest = 2_000

/** Levels of nesting, and values in all, that a text shows. */
const deepest = 5
const mostValues = 200

const hidden = 'a value that cannot be shown as text'

/** How many more values may be shown. */
interface Budget {
  left: number
}

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text)

/** Looking at a foreign value may run code of its own: a getter, a proxy, `toString`, `toJSON`. What that throws ends here. */
const guarded = (show: () => string): string => {
  try {
    return show()
  } catch {
    return hidden
  }
}

/** By tag: an error of another realm (a Jest sandbox) is no `instanceof Error`. */
const isError = (value: object): boolean => Object.prototype.toString.call(value) === '[object Error]'

const textAt = (value: object, key: string): string => {
  const found: unknown = Reflect.get(value, key)
  return typeof found === 'string' ? found : ''
}

/** An error that stands for several, one for each address of a host, has no message of its own. */
const messageOf = (error: object, depth: number, budget: Budget): string => {
  const own = textAt(error, 'message')
  if (own !== '') return own
  const errors: unknown = Reflect.get(error, 'errors')
  const parts = Array.isArray(errors) && depth < deepest ? errors.map((one) => topText(one, depth + 1, budget)) : []
  return parts.join('; ') || textAt(error, 'code') || textAt(error, 'name') || 'an error without a message'
}

const errorText = (error: object, depth: number, budget: Budget): string => {
  const message = messageOf(error, depth, budget)
  const cause: unknown = Reflect.get(error, 'cause')
  return cause === undefined || depth >= deepest
    ? message
    : `${message}; caused by ${topText(cause, depth + 1, budget)}`
}

const listText = (list: ReadonlyArray<unknown>, depth: number, budget: Budget): string => {
  const parts: Array<string> = []
  for (let i = 0; i < list.length; i++) {
    if (budget.left <= 0) {
      parts.push('…')
      break
    }
    parts.push(guarded(() => partText(list[i], depth + 1, budget)))
  }
  return `[${parts.join(',')}]`
}

const recordText = (value: object, depth: number, budget: Budget): string => {
  const keys = Object.keys(value)
  // A class that says by itself what it is, such as a URL.
  if (keys.length === 0 && Object.prototype.toString.call(value) !== '[object Object]') return String(value)
  const parts: Array<string> = []
  for (const key of keys) {
    if (budget.left <= 0) {
      parts.push('…')
      break
    }
    const text = guarded(() => {
      const part: unknown = Reflect.get(value, key)
      return part === undefined || typeof part === 'function' ? '' : partText(part, depth + 1, budget)
    })
    if (text !== '') parts.push(`${JSON.stringify(cut(key))}:${text}`)
  }
  return `{${parts.join(',')}}`
}

const objectText = (value: object, depth: number, budget: Budget): string => {
  const toJson: unknown = Reflect.get(value, 'toJSON')
  if (typeof toJson === 'function' && depth < deepest) return partText(toJson.call(value, ''), depth + 1, budget)
  if (depth >= deepest) return Array.isArray(value) ? '[…]' : '{…}'
  return Array.isArray(value) ? listText(value, depth, budget) : recordText(value, depth, budget)
}

/** A value within others. */
const partText = (value: unknown, depth: number, budget: Budget): string => {
  budget.left--
  switch (typeof value) {
    case 'string':
      return JSON.stringify(cut(value))
    case 'bigint':
      return `${value}n`
    case 'function':
      return 'a function'
    case 'object':
      if (value === null) return 'null'
      return guarded(() =>
        isError(value) ? JSON.stringify(cut(errorText(value, depth, budget))) : objectText(value, depth, budget),
      )
    default:
      return String(value)
  }
}

/** A value that stands alone: a text without quotes, an error by its message. */
const topText = (value: unknown, depth: number, budget: Budget): string => {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return partText(value, depth, budget)
  return guarded(() => {
    if (isError(value)) return errorText(value, depth, budget)
    const message = textAt(value, 'message')
    // A tagged error carries facts beside its message.
    return message === '' || Reflect.get(value, '_tag') !== undefined ? objectText(value, depth, budget) : message
  })
}

/**
 * A text for any value, at most about 2,000 characters, that never throws: what was thrown, what a promise was rejected with, an error that a handler answered
 * with. An error is shown by its message and those of its causes, a string as it is, anything else about as JSON shows it.
 *
 * A value may throw when it is looked at: a getter, a revoked proxy, an object without a prototype that holds a `bigint`. Whatever shows a foreign value must not
 * throw on the way from a decision to its commit, so that everything in foldlog that does it uses this function.
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
export const describeUnknown = (value: unknown): string => cut(topText(value, 0, { left: mostValues }))
