import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const Counted = EventCodec.make({ Counted: t.strict({ total: t.number }) })
type Counted = EventOf<typeof Counted>

interface Count {
  readonly type: 'Count'
  readonly data: { readonly id: string }
}

/** Its state is changed in place by every event but the first. */
const counter = Aggregate.make({
  category: 'counter',
  commands: ['Count'],
  id: ({ data }: Count) => data.id,
  events: Counted,
  decider: {
    initialState: null,
    evolve: (state: { events: number } | null, _: Counted) => {
      if (state === null) return { events: 1 }
      state.events += 1
      return state
    },
    decide: (_: Count, state: { events: number } | null): E.Either<never, ReadonlyArray<Counted>> =>
      E.right([{ type: 'Counted', data: { total: (state?.events ?? 0) + 1 } }]),
  },
})

it('a state that is changed in place is not used again after a conflict', async () => {
  const store = makeMemoryStore()
  const [first, second] = [0, 1].map(() => makeDispatcher({ store, aggregates: [counter] }))
  for (const dispatcher of [first, second, first, second, first]) {
    const done = await dispatcher?.dispatch({ type: 'Count', data: { id: 'a' } })()
    expect(done).toMatchObject({ _tag: 'Right' })
  }
  const log = await store.readLog()()
  expect(E.isRight(log) && log.right.events.map(({ data }) => data)).toEqual(
    [1, 2, 3, 4, 5].map((total) => ({ total })),
  )
})
