// What may be absent is passed as it is, by a consumer with `exactOptionalPropertyTypes`.
import { EventCodec, type Logger, RetryPolicy } from '@foldlog/core'
import { type DispatchContext, makeDispatcher } from '@foldlog/dispatcher'
import { Body } from '@foldlog/http'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, FailurePolicy, makeHandlerRuntime } from '@foldlog/subscriptions'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

interface Settings {
  readonly pageSize: number | undefined
  readonly logger: Logger | undefined
  readonly commandId: string | undefined
}

interface SignedIn {
  readonly name: string
}

export const contextOf = ({ commandId }: Settings, user: SignedIn | undefined): DispatchContext => ({ commandId, user })

export const applicationOf = ({ pageSize, logger }: Settings) => {
  const store = makeMemoryStore({ clock: undefined })
  const handler = EventHandler.make({
    name: 'handler',
    from: [{ category: 'a', events: EventCodec.make({ A: t.strict({}) }) }],
    start: 'now',
    filter: undefined,
    timeout: undefined,
    onFailure: pageSize === undefined ? undefined : FailurePolicy.make('skip', RetryPolicy.limit(pageSize)),
    handle: () => TE.right(undefined),
  })
  return {
    dispatcher: makeDispatcher({ store, aggregates: [], logger, cache: pageSize, limits: { batchSize: pageSize } }),
    runtime: makeHandlerRuntime({ store, handlers: [handler], logger, limits: { pageSize, batchSize: undefined } }),
    page: store.readLog({ count: pageSize, filter: { types: undefined } }),
    body: Body.read(t.string, pageSize),
  }
}
