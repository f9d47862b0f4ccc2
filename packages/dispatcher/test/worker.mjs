// For severalProcesses.slow.test.ts: adds 1 to one counter, many times.
import { Aggregate, EventCodec } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { runWorker } from './runWorker.mjs'

const counter = Aggregate.make({
  category: 'counter',
  commands: ['Add'],
  id: ({ data }) => data.id,
  decider: {
    initialState: 0,
    evolve: (sum, { data }) => sum + data.by,
    decide: ({ data }) => E.right([{ type: 'Added', data: { by: data.by } }]),
  },
  events: EventCodec.make({ Added: t.strict({ by: t.number }) }),
})

await runWorker({ aggregates: [counter] }, () => ({ type: 'Add', data: { id: 'hot', by: 1 } }))
