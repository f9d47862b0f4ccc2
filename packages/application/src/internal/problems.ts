import type { AnyAggregate } from '@foldlog/core'
import { NumberOption, UserCode } from '@foldlog/core/store'
import { makeDispatcherEither } from '@foldlog/dispatcher'
import { type AnyHandler, type AnyInlineProjection, RuntimeLimits, RuntimeOptions } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import type { ApplicationStore, BaseApplicationOptions } from '../ApplicationOptions.ts'
import type { ErasedDispatch } from './CommandGate.ts'

type BaseOptions = BaseApplicationOptions<ReadonlyArray<AnyAggregate>, ReadonlyArray<AnyHandler>, ApplicationStore>

/** The options of any application. Their types do not say which aggregates and which store it has. */
export type AnyOptions = Omit<BaseOptions, 'inlineProjections' | 'middleware'> & {
  readonly inlineProjections?: ReadonlyArray<AnyInlineProjection> | undefined
  readonly middleware?: ((next: ErasedDispatch) => ErasedDispatch) | undefined
  readonly env?: unknown
}

const problemOf = (
  checked: E.Either<{ readonly what: string; readonly why: string }, unknown>,
): ReadonlyArray<string> => (E.isLeft(checked) ? [`${checked.left.what} ${checked.left.why}`] : [])

const quoted = (name: string): string => JSON.stringify(name)

const twice = (names: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(names.filter((name, i) => names.indexOf(name) !== i)),
]

/** The targets of a process manager that are aggregates. `to` may be absent. */
const targetsOf = (handler: AnyHandler): ReadonlyArray<{ readonly category: string; readonly commands: unknown }> => {
  const to: unknown = Reflect.get(handler, 'to')
  return handler._tag === 'ProcessManager' && Array.isArray(to) ? to : []
}

/** A process manager whose target is not among the aggregates would have its commands rejected, one after another. */
const targetProblems = (handlers: ReadonlyArray<AnyHandler>, known: ReadonlySet<string>): ReadonlyArray<string> =>
  handlers.flatMap((handler) =>
    targetsOf(handler).flatMap(({ category, commands }) => {
      const missing = Array.isArray(commands) ? commands.filter((type) => !known.has(type)) : []
      return missing.length === 0
        ? []
        : [
            `the process manager ${quoted(handler.name)} sends ${missing.map(quoted).join(', ')} to ${category}, which is not among the aggregates`,
          ]
    }),
  )

/** The types of all commands. The dispatcher reports what is no aggregate, or has no list of commands. */
const commandsOf = (aggregates: unknown): ReadonlySet<string> =>
  new Set(
    (Array.isArray(aggregates) ? aggregates : []).flatMap((one) => {
      const { commands } = Object(one)
      return Array.isArray(commands) ? commands : []
    }),
  )

const runProblems = (runHandlers: unknown, names: ReadonlySet<string>): ReadonlyArray<string> => {
  if (runHandlers === undefined || typeof runHandlers === 'boolean') return []
  if (!Array.isArray(runHandlers)) return ['runHandlers must be true, false, or a list of names of handlers']
  return runHandlers
    .filter((name) => !names.has(name))
    .map((name) => `runHandlers names ${quoted(name)}, which is not among the handlers`)
}

/** The problems of these options, without those that the dispatcher finds; empty when there are none. */
export const problemsOf = (options: AnyOptions): ReadonlyArray<string> => {
  const { store, aggregates, decisions = [], handlers = [], inlineProjections = [], runHandlers, limits } = options
  const names = handlers.map(({ name }) => name)
  const known = new Set([...commandsOf(aggregates), ...commandsOf(decisions)])
  return [
    ...twice([...names, ...inlineProjections.map(({ name }) => name)]).map(
      (name) => `the handler ${quoted(name)} is there twice`,
    ),
    ...targetProblems(handlers, known),
    ...runProblems(runHandlers, new Set(names)),
    ...(inlineProjections.length > 0 && !('appendWithViews' in store)
      ? ['inlineProjections need a store that writes views in the transaction of the append']
      : []),
    ...problemOf(RuntimeLimits.check(limits?.handlers)).map((problem) => problem.replace(/^limits/, 'limits.handlers')),
    ...problemOf(
      NumberOption.read('limits.health', { min: 1, max: NumberOption.longestTimer, absent: 1 }, limits?.health),
    ),
  ]
}

/**
 * The options that are not of their kind, as a JavaScript caller passes them, each as a sentence. With one of them, no
 * other part can be looked at, except the aggregates.
 */
export const wrongOptions = (options: AnyOptions): ReadonlyArray<string> => {
  const given = Object(options) as AnyOptions // Not checked yet.
  const { store, aggregates, decisions, snapshots, handlers = [], inlineProjections = [] } = given
  const wrong = [
    ...RuntimeOptions.problemsOf({ store, handlers }),
    ...RuntimeOptions.problemsOf({ store, inlineProjections }, 'inlineProjections'),
  ].map(({ what, why }) => `${what} ${why}`)
  const dispatcher = wrong.length > 0 ? makeDispatcherEither({ store, aggregates, decisions, snapshots }) : undefined
  const ofDispatcher = dispatcher !== undefined && E.isLeft(dispatcher) ? dispatcher.left.problems : []
  // Both have checked the store, and the handlers need more of it.
  return [...new Set([...wrong, ...ofDispatcher.filter((problem) => !problem.startsWith('store '))])]
}

/** Reads the problems of options that may be no options at all, as a JavaScript caller passes them. */
export const readProblems = (options: AnyOptions): ReadonlyArray<string> => {
  const problems = UserCode.run('the options', () => problemsOf(options))
  return E.isLeft(problems) ? [`the options are not those of an application: ${problems.left.why}`] : problems.right
}
