import { UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/** The functions of an application that are called here, by their names in its code. */
export type UserFunction = 'decide' | 'evolve' | 'project' | 'key' | 'react' | 'step'

const isPromise = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'

type WrongPart = readonly [expected: string, part: unknown] | undefined

/** JavaScript code may return any value. */
const wrongDecision = (result: unknown): WrongPart => {
  // Each field may be absent, and of any type.
  const { _tag: tag, right } = Object(result) as { readonly _tag?: unknown; readonly right?: unknown }
  if (tag === 'Left') return undefined
  if (tag !== 'Right') return ['an Either', result]
  if (!Array.isArray(right)) return ['an Either of a list of events', right]
  const none = right.findIndex((event) => event === undefined || event === null || isPromise(event))
  return none < 0 ? undefined : ['an Either of a list of events', right[none]]
}

const wrongKeys = (result: unknown): WrongPart => {
  if (typeof result === 'string') return undefined
  if (!Array.isArray(result)) return ['a text or a list of texts', result]
  const none = result.findIndex((key) => typeof key !== 'string')
  return none < 0 ? undefined : ['a text or a list of texts', result[none]]
}

const wrongReactions = (result: unknown): WrongPart => {
  if (!Array.isArray(result)) return ['a list of reactions', result]
  const none = result.findIndex((reaction) => reaction === undefined || reaction === null || isPromise(reaction))
  return none < 0 ? undefined : ['a list of reactions', result[none]]
}

const wrongStep = (result: unknown): WrongPart => {
  // The field may be absent, and of any type.
  const { do: reactions } = Object(result) as { readonly do?: unknown }
  return Array.isArray(reactions) ? wrongReactions(reactions) : ['a state and a list of reactions', result]
}

/** The part of a result that has the wrong kind, with the kind that is expected there. */
const wrongPart = (call: UserFunction, result: unknown): WrongPart => {
  switch (call) {
    case 'decide':
      return isPromise(result) ? ['an Either', result] : wrongDecision(result)
    case 'evolve':
      return isPromise(result) ? ['a state', result] : undefined
    case 'project':
      return isPromise(result) ? ['a view', result] : undefined
    case 'key':
      return wrongKeys(result)
    case 'react':
      return wrongReactions(result)
    case 'step':
      return wrongStep(result)
  }
}

/** What is wrong with the result of a function of the application, as a sentence that names it. Never throws. */
export const wrongResult = (call: UserFunction, result: unknown): string | undefined => {
  const wrong = UserCode.run(call, () => wrongPart(call, result))
  if (E.isLeft(wrong)) return `${call} returned a value that throws when it is read: ${wrong.left.why}`
  return wrong.right === undefined ? undefined : UserCode.wrongResult(call, ...wrong.right).why
}
