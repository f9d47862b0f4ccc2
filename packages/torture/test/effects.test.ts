import { describe, expect, it } from '@jest/globals'
import { check } from '../src/check/Checker.ts'
import { type Defect, defects } from '../src/check/Defect.ts'
import type { HandlerEvidence, Note, StreamCount } from '../src/check/HandlerEvidence.ts'
import type { LogRow } from '../src/check/Log.ts'
import type { JournalRecord } from '../src/Journal.ts'
import { logRow } from './logRow.ts'

/** Two streams of writers, and an account that no handler has to record. */
const log: ReadonlyArray<LogRow> = [
  logRow(1, 'a-1', 1, 'A'),
  logRow(2, 'b-1', 1, 'B'),
  logRow(3, 'a-1', 2, 'C'),
  logRow(5, 'account-1', 1, 'nobody'),
  logRow(6, 'a-1', 3, 'D'),
]

const journal: ReadonlyArray<JournalRecord> = [
  {
    is: 'sent',
    append: 1,
    writer: 'writer 1',
    how: 'append',
    parts: [
      { stream: 'a-1', expected: 'any', ids: ['A', 'C', 'D'] },
      { stream: 'b-1', expected: 'any', ids: ['B'] },
    ],
  },
]

const note = (stream: string, version: number, position: number): Note => ({ stream, version, position })
const [a1, b1, a2, a3] = [note('a-1', 1, 1), note('b-1', 1, 2), note('a-1', 2, 3), note('a-1', 3, 6)] as const

const count = (stream: string, events: number, version: number, inversions = 0): StreamCount => ({
  stream,
  events,
  version,
  inversions,
})

const done: HandlerEvidence = {
  // Streams may be recorded in any order, the events of one stream only in their order.
  notes: [b1, a1, a2, a3],
  counts: [count('a-1', 3, 3), count('b-1', 1, 1)],
  transfers: [{ transfer: 'transfer 1', withdrawn: 1, deposited: 1 }],
  parked: [],
  samples: [],
  losses: [],
  restarts: [],
  leaseTime: 1_000,
}

const findings = (changes: Partial<HandlerEvidence>) =>
  check({ log, journals: [journal], readers: [], faults: [], handlers: { ...done, ...changes } })

/** The defects that were found, and no others. */
const found = (changes: Partial<HandlerEvidence>): Partial<Record<Defect, number>> => {
  const { defective } = findings(changes)
  return Object.fromEntries(defects.flatMap((defect) => (defective[defect] > 0 ? [[defect, defective[defect]]] : [])))
}

describe('effects', () => {
  it('of a correct run have no defects, and are counted', () => {
    expect(found({})).toEqual({})
    expect(findings({}).handlers).toMatchObject({ effects: 8, moneyMoved: 1, longestIdleMs: 0 })
  })

  it('are not required when no handlers ran', () => {
    const { defective, handlers: handling } = check({ log, journals: [journal], readers: [], faults: [] })
    expect(defects.filter((defect) => defective[defect] > 0)).toEqual([])
    expect(handling).toMatchObject({ effects: 0, moneyMoved: 0, longestIdleMs: 0 })
  })
})

describe('planted', () => {
  it('missing: an event was not recorded, or not counted', () => {
    expect(found({ notes: [b1, a1, a3] })).toEqual({ effectsMissing: 1 })
    expect(found({ notes: [] })).toEqual({ effectsMissing: 4 })
    expect(found({ counts: [count('a-1', 2, 3), count('b-1', 1, 1)] })).toEqual({ effectsMissing: 1 })
    expect(found({ counts: [count('a-1', 3, 3)] })).toEqual({ effectsMissing: 1 })
  })

  it('doubled: an event was recorded or counted twice, or does not exist', () => {
    expect(found({ notes: [b1, a1, a2, a2, a3] })).toEqual({ effectsDoubled: 1 })
    // A worker that has lost its partition writes a batch again.
    expect(found({ notes: [b1, a1, a2, a3, a1, a2, a3] })).toEqual({ effectsDoubled: 3 })
    expect(found({ notes: [...done.notes, note('a-1', 4, 7)] })).toEqual({ effectsDoubled: 1 })
    expect(found({ counts: [count('a-1', 5, 3), count('b-1', 1, 1)] })).toEqual({ effectsDoubled: 2 })
    expect(found({ counts: [...done.counts, count('c-1', 1, 1)] })).toEqual({ effectsDoubled: 1 })
  })

  it('reordered: within a stream a later event was recorded or counted before', () => {
    expect(found({ notes: [b1, a2, a1, a3] })).toEqual({ effectsReordered: 1 })
    expect(found({ counts: [count('a-1', 3, 3, 2), count('b-1', 1, 1)] })).toEqual({ effectsReordered: 2 })
    expect(found({ counts: [count('a-1', 3, 2), count('b-1', 1, 1)] })).toEqual({ effectsReordered: 1 })
  })

  it('money: each coin that is lost or created, even when the sum is the same', () => {
    const gone = { transfer: 'transfer 2', withdrawn: 1, deposited: 0 }
    const made = { transfer: 'transfer 3', withdrawn: 1, deposited: 3 }
    expect(found({ transfers: [gone] })).toEqual({ moneyDrift: 1 })
    expect(found({ transfers: [...done.transfers, gone, made] })).toEqual({ moneyDrift: 3 })
  })

  it('parked: an event counts as missing all the same, and the reason is reported', () => {
    const parked = [
      { handler: 'noting', stream: 'a-1', position: 3, why: 'the handler threw: no' },
      { handler: 'counting', stream: 'a-1', position: 3, why: 'cannot be decoded: n' },
      { handler: 'counting', stream: 'a-1', position: 6, why: 'waits behind another event of its lane' },
      { handler: 'paying', stream: 'account-1', position: 5, why: 'the handler returned "no"' },
    ]
    const changes = {
      parked,
      notes: [b1, a1, a3],
      counts: [count('a-1', 1, 1), count('b-1', 1, 1)],
      transfers: [{ transfer: 'transfer 1', withdrawn: 1, deposited: 0 }],
    }
    expect(found(changes)).toEqual({ effectsMissing: 3, moneyDrift: 1 })
    expect([...new Set(findings(changes).evidence.map(({ what }) => what))]).toEqual([
      'noting: version 2 was parked: the handler threw: no',
      'counting: 1 of 3 events were counted; parked from version 2 on: cannot be decoded: n',
      'paying: 1 coins were withdrawn, 0 were deposited; parked, such as position 5: the handler returned "no"',
    ])
  })

  it('a defect is reported with position, stream and version', () => {
    expect(findings({ notes: [b1, a1, a2, a2, a3] }).evidence).toEqual([
      {
        defect: 'effectsDoubled',
        position: 3,
        stream: 'a-1',
        writers: [],
        what: 'noting: version 2 was noted more than once',
      },
    ])
  })
})
