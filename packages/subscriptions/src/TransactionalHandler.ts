import type { HandlerTransactions } from '@foldlog/core'
import { OptionKind } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { AnyRecorded, HandlerOptions } from './EventHandler.ts'
import type { EffectIn, EnvIn, HandlerEffect } from './HandlerEffect.ts'
import { caseTable } from './internal/handlers/cases.ts'
import type { AnySource, OnlyKnown, RecordedFrom, RecordedOf, TypeFrom } from './Source.ts'

/**
 * A handler that writes into its own tables, in one transaction with its checkpoint: what it writes for an event is
 * stored exactly once. It gets a batch of events at a time, in order, and the transaction. A failed batch is rolled
 * back, and its events are handled one by one. `transactions` is the store that has the tables.
 *
 * With more than one partition, events are divided among them by `lane`, the stream when it is absent. Transactions of
 * different partitions run concurrently.
 *
 * @category model
 * @since 0.1.0
 */
export interface TransactionalHandler<Sources extends ReadonlyArray<AnySource>, Tx, Err = unknown, Env = unknown>
  extends HandlerOptions<Sources> {
  readonly _tag: 'TransactionalHandler'
  readonly transactions: HandlerTransactions<Tx>
  readonly handle: (transaction: Tx, events: ReadonlyArray<RecordedFrom<Sources>>) => EffectIn<Env, Err>
  readonly lane?: ((event: RecordedFrom<Sources>) => string) | undefined
}

/**
 * A transactional handler without its type parameters, so that different handlers fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyTransactionalHandler extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'TransactionalHandler'
  readonly transactions: HandlerTransactions<unknown>
  readonly handle: (transaction: never, events: never) => HandlerEffect<never, unknown>
  readonly lane?: ((event: never) => string) | undefined
}

/**
 * The effects of a transactional handler within the transaction, by the type of the event.
 *
 * @category model
 * @since 0.1.0
 */
export type TransactionCases<Sources extends ReadonlyArray<AnySource>, Tx> = {
  readonly [Type in TypeFrom<Sources>]?:
    | ((transaction: Tx, event: RecordedOf<Sources, Type>) => HandlerEffect<never, unknown>)
    | undefined
}

type Options<Sources extends ReadonlyArray<AnySource>, Tx> = Omit<
  TransactionalHandler<Sources, Tx>,
  '_tag' | 'types' | 'lane' | 'handle'
>

type Cases = TransactionCases<ReadonlyArray<AnySource>, unknown>

/** Runs the cases of the events of a batch one after another, up to the first that fails. */
const handleByType =
  (cases: ReadonlyMap<string, NonNullable<Cases[string]>>) =>
  (transaction: unknown, events: ReadonlyArray<AnyRecorded>): HandlerEffect<never, unknown> =>
  async (env) => {
    for (const event of events) {
      // The codec has decoded the event, so it is of the type that the case has.
      const answer = cases.get(event.event.type)?.(transaction, event as never)(env)
      const outcome = await (typeof answer === 'function' ? answer() : answer)
      if (outcome !== undefined && !E.isRight(outcome)) return outcome
    }
    return E.right(undefined)
  }

/**
 * Makes a transactional handler, from one function for a batch of events.
 *
 * @category constructors
 * @since 0.1.0
 */
function make<
  const Sources extends ReadonlyArray<AnySource>,
  Tx,
  const Types extends ReadonlyArray<TypeFrom<Sources>> = ReadonlyArray<TypeFrom<Sources>>,
  Err = unknown,
  Env = unknown,
>(
  handler: Options<Sources, Tx> & {
    readonly types?: Types | undefined
    readonly handle: (
      transaction: Tx,
      events: ReadonlyArray<RecordedOf<Sources, Types[number]>>,
    ) => HandlerEffect<Env, Err>
    readonly lane?: ((event: RecordedOf<Sources, Types[number]>) => string) | undefined
  },
): TransactionalHandler<Sources, Tx, Err, Env>
function make(handler: Omit<AnyTransactionalHandler, '_tag'>): AnyTransactionalHandler {
  return { _tag: 'TransactionalHandler', ...handler }
}

/**
 * Makes a transactional handler from a function for each type of event (`on`), which gets one event at a time. Nothing
 * is done for an event of another type.
 *
 * @category constructors
 * @since 0.1.0
 */
function byType<
  const Sources extends ReadonlyArray<AnySource>,
  Tx,
  On extends TransactionCases<Sources, Tx>,
  const Types extends string,
>(
  handler: Options<Sources, Tx> & {
    readonly on: On & OnlyKnown<Exclude<keyof On, TypeFrom<Sources>>> & { readonly [Type in Types]: unknown }
    readonly lane?: ((event: RecordedOf<Sources, Types>) => string) | undefined
  },
): TransactionalHandler<Sources, Tx, unknown, EnvIn<On>>
function byType(
  options: Omit<AnyTransactionalHandler, '_tag' | 'handle'> & { readonly on: Cases },
): AnyTransactionalHandler {
  // A JavaScript caller may pass nothing.
  const { on, ...handler } = Object(options) as typeof options
  const cases = caseTable('on', OptionKind.effect, on)
  return { _tag: 'TransactionalHandler', ...handler, types: [...cases.keys()], handle: handleByType(cases) }
}

/**
 * Functions on {@link TransactionalHandler}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const TransactionalHandler = { make, byType } as const
