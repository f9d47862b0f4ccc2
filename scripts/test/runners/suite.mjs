// As a user of node:test would write it, against what is published. RUNNERS_FAIL plants a mistake.
import { describe, it } from 'node:test'
import { EventCodec } from '@foldlog/core'
import { arbitrary, checkCodec, checkDecider, Scenario } from '@foldlog/testing'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const events = EventCodec.make({ Counted: t.strict({ by: t.Int }) })
const most = process.env.RUNNERS_FAIL === undefined ? 10 : 11
const decider = {
  initialState: 0,
  evolve: (total, event) => total + event.data.by,
  decide: (by, total) =>
    Math.abs(total + by) <= most ? E.right([{ type: 'Counted', data: { by } }]) : E.left('too much'),
}
const given = Scenario.decider(decider)
const counted = (by) => ({ type: 'Counted', data: { by } })

describe('a counter', () => {
  it('counts', () => given(counted(1)).when(2).then(counted(2)))
  it('stops at ten', () => given(counted(8)).when(3).thenError('too much'))
  it('keeps the rules', () =>
    checkDecider(
      { decider, events },
      { commands: arbitrary(t.Int), invariants: { 'at most ten': (total) => Math.abs(total) <= 10 }, numRuns: 300 },
    ))
  it('is stored', () => checkCodec(events))
})
