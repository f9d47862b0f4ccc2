// A program that installed nothing but what it imports: in the strict layout of pnpm, Node finds no other package.
import { RetryPolicy } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, FailurePolicy, makeHandlerRuntime } from '@foldlog/subscriptions'

const retry = RetryPolicy.all(RetryPolicy.limit(3), RetryPolicy.exponential(1))
const store = makeMemoryStore()
const dispatcher = makeDispatcher({ store, aggregates: [], retry })
const handler = EventHandler.make({
  name: 'handler',
  from: [],
  start: 'origin',
  onFailure: FailurePolicy.make('park', retry),
  handle: () => () => Promise.resolve({ _tag: 'Right', right: undefined }),
})
const runtime = makeHandlerRuntime({ store, handlers: [handler] })
await dispatcher.stop()
await runtime.stop()
const hidden = await import('retry-ts').then(
  () => 'found',
  () => 'hidden',
)
console.log(hidden)
