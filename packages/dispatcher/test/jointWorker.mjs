// For severalProcesses.slow.test.ts: moves amounts between a few accounts, many times.
import { Aggregate, EventCodec, JointDecision } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { runWorker } from './runWorker.mjs'

const account = Aggregate.make({
  category: 'account',
  commands: ['Open'],
  id: ({ data }) => data.id,
  decider: {
    initialState: { balance: 0, checked: 0 },
    evolve: (state, { data }) => ({ ...state, balance: state.balance + data.by }),
    decide: ({ data }) => E.right([{ type: 'Moved', data: { by: data.by } }]),
  },
  events: EventCodec.make({ Moved: t.strict({ by: t.number }) }),
})

const move = JointDecision.make({
  aggregates: { from: account, to: account, limit: account },
  commands: ['Move'],
  ids: ({ data }) => data.ids,
  // The account `limit` is only checked: nothing is moved beyond its balance.
  decide: ({ data: { by } }, { from, to, limit }) => {
    if (from.balance < by) return E.left('too little')
    if (to.balance + by > limit.balance) return E.left('too much')
    return E.right({ from: [{ type: 'Moved', data: { by: -by } }], to: [{ type: 'Moved', data: { by } }] })
  },
})

await runWorker({ aggregates: [account], decisions: [move] }, (n) => {
  const from = n % 4
  const ids = { from: `${from}`, to: `${(from + 1 + (n % 3)) % 4}`, limit: 'limit' }
  return { type: 'Move', data: { ids, by: 1 + (n % 5) } }
})
