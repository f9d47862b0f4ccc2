import type { InvalidInput } from '@foldlog/core'
import { OptionKind } from '@foldlog/core/store'

const { text, list, codec, eventCodec, record, pure, effect, having, optional, problemsOf } = OptionKind

/** A chain of versions, made with `EventCodec.version`, has its codec and the decoder of each version. */
const processState: OptionKind = (value) => {
  const { _tag, versions, codec: newest } = Object(value)
  return _tag === 'VersionChain' && Array.isArray(versions) ? codec(newest) : codec(value)
}

const commonKinds = {
  name: text,
  from: list,
  types: optional(list),
  onFailure: optional(having('a failure policy: make it with FailurePolicy.make', ['retry', 'verdict'])),
}

const effectKinds = { handle: effect, lane: optional(pure) }

const processKinds = { state: processState, key: pure, to: optional(list) }

/** The parts of each kind of handler that another handler lacks. */
const kindsOf = (handler: object): Readonly<Record<string, OptionKind>> | undefined => {
  switch (Reflect.get(handler, '_tag')) {
    case 'EventHandler':
    case 'BatchHandler':
      return effectKinds
    case 'TransactionalHandler':
      return { transactions: having('the transactions of a store', ['commitWithin']), ...effectKinds }
    case 'Projection':
      return { view: codec, key: pure, project: pure }
    case 'ProcessManager':
      return 'step' in handler ? { ...processKinds, step: pure } : { ...processKinds, evolve: pure, react: pure }
    default:
      return undefined
  }
}

const sourceKinds = { category: text, formerCategories: optional(list), events: eventCodec }

const sourceProblems = (owner: string, source: unknown, i: number): ReadonlyArray<InvalidInput> => {
  const place = `from[${i}]`
  const none = problemsOf(owner, { [place]: () => record(source) }, {})
  if (none.length > 0) return none.map(({ why, ...one }) => ({ ...one, why: `${why}: write an aggregate` }))
  return problemsOf(owner, sourceKinds, source).map(({ what, ...one }) => ({ ...one, what: `${place}.${what}` }))
}

const anyHandler = 'must be a handler: make it with Projection.make, EventHandler.make or another of their kind'
const inlineProjection = 'must be an inline projection: make it with InlineProjection.make'

/** Which list of handlers is meant, by its name among the options. */
export type HandlerList = 'handlers' | 'projections' | 'inlineProjections'

/** What is wrong with a member of a list of handlers: its parts are not of their kinds, or it is no handler at all. */
const memberProblems = (isInline: boolean, place: string, handler: unknown): ReadonlyArray<InvalidInput> => {
  const none = problemsOf(undefined, { [place]: () => record(handler) }, {})
  const fits = none.length === 0 && (!isInline || Reflect.get(Object(handler), 'inline') === true)
  const kinds = fits ? kindsOf(Object(handler)) : undefined
  const remedy = isInline ? inlineProjection : anyHandler
  if (kinds === undefined) {
    const why = none[0]?.why.replace(/^must be an object/, remedy) ?? `${remedy}, is another object`
    return [{ _tag: 'InvalidInput', what: place, why }]
  }
  const { name, from } = Object(handler)
  const owner = typeof name === 'string' ? name : place
  const ofSources = Array.isArray(from) ? from.flatMap((source, i) => sourceProblems(owner, source, i)) : []
  return [...problemsOf(owner, { ...commonKinds, ...kinds }, handler), ...ofSources]
}

/**
 * What is wrong with a list of handlers, before anything reads them. `option` is its name among the options. A
 * JavaScript caller passes anything, and a wrong part would fail at the first event that needs it.
 */
export const handlerProblems = (option: HandlerList, handlers: unknown): ReadonlyArray<InvalidInput> => {
  const none = problemsOf(undefined, { [option]: () => list(handlers) }, {})
  if (none.length > 0 || !Array.isArray(handlers)) return none
  // A list with holes has no members there, and `map` would pass over them.
  return Array.from(handlers).flatMap((handler, i) => memberProblems(option !== 'handlers', `${option}[${i}]`, handler))
}

/** The functions of a store that handlers need before all others. */
const handlerStore = having('a store of events and handlers, such as that of makeMemoryStore', [
  'readLog',
  'register',
  'commit',
])

const optionKinds = {
  store: handlerStore,
  dispatch: optional(OptionKind.functionThat('it returns a TaskEither, as the dispatch of a dispatcher does')),
}

/** What is wrong with options that have a store and a list of handlers under the name `list`. */
export const optionProblems = (option: HandlerList, options: unknown): ReadonlyArray<InvalidInput> => {
  const whole = problemsOf(undefined, { options: () => record(options) }, {})
  if (whole.length > 0) return whole
  return [
    ...problemsOf(undefined, optionKinds, options),
    ...handlerProblems(option, Reflect.get(Object(options), option)),
  ]
}
