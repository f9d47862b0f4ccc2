import { type ExpectedVersion, type Marker, Tag } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { Decision } from '../src/boundaries/Decision.ts'
import { check, type Evidence } from '../src/check/Checker.ts'
import { type Defect, defects } from '../src/check/Defect.ts'
import type { Findings } from '../src/check/Findings.ts'
import type { LogRow } from '../src/check/Log.ts'
import type { Rewind } from '../src/check/Rewind.ts'
import type { AppendOutcome, JournalRecord, SentAppend } from '../src/Journal.ts'
import type { Observations, ReadPage, SeenEvent } from '../src/Observations.ts'
import { logRow } from './logRow.ts'

const sent = (append: number, parts: SentAppend['parts'], how: SentAppend['how'] = 'append'): SentAppend => ({
  is: 'sent',
  append,
  writer: `writer ${append}`,
  how,
  parts,
})

const part = (stream: string, ...ids: ReadonlyArray<string>): SentAppend['parts'][number] => ({
  stream,
  expected: 'any',
  ids,
})

const ended = (append: number, outcome: AppendOutcome): JournalRecord => ({ append, ...outcome })

const unknown: AppendOutcome = { is: 'unknown', why: 'the connection was lost' }
const refused: AppendOutcome = { is: 'refused', why: 'a conflict' }

/** Two streams; position 4 was drawn and rolled back. */
const log: ReadonlyArray<LogRow> = [
  logRow(1, 'a-1', 1, 'A'),
  logRow(2, 'a-1', 2, 'B'),
  logRow(3, 'b-1', 1, 'C'),
  logRow(5, 'a-1', 3, 'D'),
  logRow(6, 'b-1', 2, 'E'),
]

const journal: ReadonlyArray<JournalRecord> = [
  sent(1, [part('a-1', 'A', 'B'), part('b-1', 'C')]),
  ended(1, unknown),
  ended(1, {
    is: 'acknowledged',
    places: [
      { firstVersion: 1, positions: [1, 2] },
      { firstVersion: 1, positions: [3] },
    ],
  }),
  sent(2, [part('a-1', 'D')]),
  ended(2, { is: 'acknowledged', places: [{ firstVersion: 3, positions: [5] }] }),
  sent(3, [part('b-1', 'X', 'Y')]),
  ended(3, refused),
  sent(4, [part('b-1', 'E')]),
  ended(4, unknown),
  ended(4, { is: 'abandoned' }),
  sent(5, [part('b-1', 'Z')], 'transaction'),
]

const seenOf = (rows: ReadonlyArray<LogRow>): ReadonlyArray<SeenEvent> =>
  rows.map(({ position, stream, version }) => [position, stream, version])

const pages = (...seen: ReadonlyArray<ReadonlyArray<SeenEvent>>): ReadonlyArray<ReadPage> =>
  seen.map((events, i) => ({ at: 1_000 * i, events }))

const reader = (pages: ReadonlyArray<ReadPage>, scope: Observations['scope'] = { of: 'log' }): Observations => ({
  reader: 'a reader',
  scope,
  pages,
})

const all = seenOf(log)
const whole = reader(pages(all.slice(0, 2), all.slice(2)))
const evidence: Evidence = { log, journals: [journal], readers: [whole], faults: [] }

/** The defects that were found, and no others. */
const found = (changes: Partial<Evidence>): Partial<Record<Defect, number>> => {
  const { defective } = check({ ...evidence, ...changes })
  return Object.fromEntries(defects.flatMap((defect) => (defective[defect] > 0 ? [[defect, defective[defect]]] : [])))
}

const without = (id: string): ReadonlyArray<LogRow> => log.filter((row) => row.id !== id)
const seeing = (rows: ReadonlyArray<LogRow>): Partial<Evidence> => ({
  log: rows,
  readers: [reader(pages(seenOf(rows)))],
})

describe('a correct run', () => {
  it('has no defects, and every append is counted once', () => {
    expect(found({})).toEqual({})
    expect(check(evidence)).toMatchObject({
      appends: { acknowledged: 2, refused: 1, abandoned: 2, unknown: 3, undone: 0 },
      events: 5,
      evidence: [],
    } satisfies Partial<Findings>)
  })

  it('may have stored an unknown append or not, when it is whole', () => {
    expect(found(seeing(without('E')))).toEqual({})
    expect(found(seeing([...log, logRow(7, 'b-1', 3, 'Z')]))).toEqual({})
  })

  it('has readers that see their scope only; one of streams may read them in any order', () => {
    const b = all.filter(([, stream]) => stream === 'b-1')
    const a = all.filter(([, stream]) => stream === 'a-1')
    expect(found({ readers: [reader(pages(b), { of: 'log', categories: ['b'] })] })).toEqual({})
    expect(found({ readers: [reader(pages(b), { of: 'streams', streams: ['b-1'] })] })).toEqual({})
    expect(found({ readers: [reader(pages(b, a), { of: 'streams', streams: ['a-1', 'b-1'] })] })).toEqual({})
  })
})

describe('planted', () => {
  it('lost: an acknowledged event is not in the log', () => {
    expect(found(seeing(without('D')))).toEqual({ lost: 1 })
    // Half of an acknowledged append.
    expect(found(seeing(without('C')))).toEqual({ lost: 1, reordered: 1 })
  })

  it('doubled: an event is in the log twice', () => {
    expect(found(seeing([...log, logRow(7, 'a-1', 4, 'D')]))).toEqual({ doubled: 1 })
    expect(found(seeing([...log, logRow(7, 'b-1', 3, 'E')]))).toEqual({ doubled: 1 })
  })

  it('reordered: a version is in the log behind a later one, or one is missing', () => {
    const [first, second, ...rest] = log
    const swapped = [{ ...first, version: 2 } as LogRow, { ...second, version: 1 } as LogRow, ...rest]
    expect(found({ log: swapped, readers: [] })).toEqual({ reordered: 3, altered: 2 })
    expect(found(seeing([...log, logRow(7, 'b-1', 4, 'Z')]))).toEqual({ reordered: 1 })
  })

  it('reordered: a reader sees a version after a later one, or a position after a later one', () => {
    const [a1, a2, b1, a3, b2] = all as readonly [SeenEvent, SeenEvent, SeenEvent, SeenEvent, SeenEvent]
    expect(found({ readers: [reader(pages([a2, a1, b1, a3, b2]))] })).toEqual({ reordered: 1 })
    expect(found({ readers: [reader(pages([a1, b1, a2, a3, b2]))] })).toEqual({ reordered: 1 })
    const streams = { of: 'streams', streams: ['a-1'] } as const
    expect(found({ readers: [reader(pages([a1, a3, a2]), streams)] })).toEqual({ reordered: 1 })
  })

  it('missed: a reader does not see an event of its scope', () => {
    expect(found({ readers: [reader(pages(all.filter(([position]) => position !== 3)))] })).toEqual({ missed: 1 })
    expect(found({ readers: [whole, reader([])] })).toEqual({ missed: 5 })
    expect(found({ readers: [reader(pages(all.slice(0, 2)), { of: 'streams', streams: ['a-1'] })] })).toEqual({
      missed: 1,
    })
  })

  it('missed is reported with the overtaking event and both writers', () => {
    const { evidence: shown } = check({
      ...evidence,
      readers: [reader(pages(all.filter(([position]) => position !== 3)))],
    })
    expect(shown).toEqual([
      {
        defect: 'missed',
        position: 3,
        stream: 'b-1',
        writers: ['writer 1', 'writer 2'],
        what: 'a reader: version 1 was not seen, position 5 was',
      },
    ])
  })

  it('repeated: a reader sees an event twice', () => {
    expect(found({ readers: [reader(pages(all, all.slice(-2)))] })).toEqual({ repeated: 2 })
  })

  it('torn: an unknown append is stored in part', () => {
    const more = [sent(6, [part('a-1', 'P'), part('b-1', 'Q')], 'transaction'), ended(6, unknown)]
    const changes = seeing([...log, logRow(7, 'a-1', 4, 'P')])
    expect(found({ ...changes, journals: [journal, more] })).toEqual({ torn: 1 })
  })

  it('stray: a rejected event is stored, or one that was never appended', () => {
    expect(found(seeing([...log, logRow(7, 'b-1', 3, 'X')]))).toEqual({ stray: 1 })
    expect(found(seeing([...log, logRow(7, 'b-1', 3, 'N')]))).toEqual({ stray: 1 })
  })

  it('altered: an event is not where it was acknowledged', () => {
    const moved = (change: Partial<LogRow>) => log.map((row) => (row.id === 'D' ? { ...row, ...change } : row))
    expect(found({ ...seeing(moved({ position: 4 })) })).toEqual({ altered: 1 })
    expect(found(seeing(moved({ stream: 'c-1', version: 1 })))).toEqual({ altered: 1 })
  })

  it('altered: a reader sees an event that the log does not have, or other content than its writer stored', () => {
    expect(found({ readers: [reader(pages([...all, [9, 'a-1', 4]]))] })).toEqual({ altered: 1 })
    const [page] = pages(all)
    expect(found({ readers: [reader([{ at: 0, events: page?.events ?? [], foreign: [2] }])] })).toEqual({ altered: 1 })
  })

  it('altered: an event was recorded days before its append was sent, or after it was acknowledged', () => {
    const day = 86_400_000
    const timed: ReadonlyArray<JournalRecord> = [
      { ...sent(6, [part('c-1', 'T')]), at: 10 * day },
      ended(6, { is: 'acknowledged', places: [{ firstVersion: 1, positions: [7] }], at: 10 * day + 5 }),
    ]
    const recorded = (recordedAt: number) => ({
      ...seeing([...log, { ...logRow(7, 'c-1', 1, 'T'), recordedAt }]),
      journals: [journal, timed],
    })
    expect(found(recorded(10 * day + 3))).toEqual({})
    expect(found(recorded(7 * day))).toEqual({ altered: 1 })
    expect(found(recorded(13 * day))).toEqual({ altered: 1 })
  })

  it('altered: a reader sees another time than the log has', () => {
    const rows = log.map((row) => ({ ...row, recordedAt: 1_000 * row.position }))
    const seen = (shift: number) =>
      rows.map(
        ({ position, stream, version, id, recordedAt }): SeenEvent => [
          position,
          stream,
          version,
          id,
          recordedAt + (position === 3 ? shift : 0),
        ],
      )
    expect(found({ log: rows, readers: [reader(pages(seen(0)))] })).toEqual({})
    expect(found({ log: rows, readers: [reader(pages(seen(1)))] })).toEqual({ altered: 1 })
  })

  it('thousands of the same kind are all counted, and a few are shown', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => logRow(10 + i, 'c-1', 1 + i, `N${i}`))
    const { defective, evidence: shown } = check({ ...evidence, ...seeing([...log, ...many]) })
    expect(defective.stray).toBe(5_000)
    expect(shown).toHaveLength(3)
  })
})

describe('decisions over boundaries', () => {
  const a = Tag.of('a', 1)
  /** The query is that of an id, so the test searches for an id whose query is met by one tag alone. */
  const queryOf = (id: string) => Decision.of(id).query
  const by =
    Array.from({ length: 10_000 }, (_, i) => `DECIDED${i}`).find(
      (id) => JSON.stringify(queryOf(id)) === JSON.stringify([{ tags: [a] }]),
    ) ?? ''

  const tagged = (position: number, id: string, decided?: unknown): LogRow => ({
    ...logRow(position, 'bound-1', position - 10, id),
    type: 'Moved',
    tags: [a],
    decided,
  })
  const before = [tagged(11, 'P'), tagged(12, 'Q')]
  const free = (id: string): ReadonlyArray<JournalRecord> => [
    sent(20 + id.charCodeAt(0), [part('bound-1', id)]),
    ended(20 + id.charCodeAt(0), unknown),
  ]
  const marker = { log: 'l', history: 'h', settled: 11, seen: [12] } as unknown as Marker

  /** An append of `by` at 13, decided on what it had seen, among the events of others. */
  const decided = (
    seen: { readonly last: number; readonly count?: number },
    rows: ReadonlyArray<LogRow> = before,
    more: ReadonlyArray<string> = [],
    stored: unknown = { by, ...seen },
  ) => {
    const own = [by, ...more].map((id, i) => tagged(13 + i, id, i === 0 ? stored : { by, ...seen }))
    const all = [...log, ...[...rows, ...own].toSorted((x, y) => x.position - y.position)].map((row, i) =>
      row.stream === 'bound-1' ? { ...row, version: i - log.length + 1 } : row,
    )
    const parts = [{ ...part('bound-1', by, ...more), tagged: true, marker, decided: { by, ...seen } }]
    return {
      ...seeing(all),
      journals: [journal, rows.flatMap(({ id }) => free(id)), [sent(6, parts), ended(6, unknown)]],
    }
  }

  it('rest on what the log has before them; their own events do not count', () => {
    expect(by).not.toBe('')
    expect(found(decided({ last: 12, count: 2 }))).toEqual({})
    expect(found(decided({ last: 12 }))).toEqual({})
    expect(found(decided({ last: 12, count: 2 }, before, ['R', 'S']))).toEqual({})
    expect(found(decided({ last: 0, count: 0 }, []))).toEqual({})
  })

  it('planted boundaryViolations: an event that the decision had not seen, at the end, or at a lower position', () => {
    expect(found(decided({ last: 11, count: 1 }))).toEqual({ boundaryViolations: 1 })
    // The number shows it, not the last position.
    expect(found(decided({ last: 12, count: 1 }))).toEqual({ boundaryViolations: 1 })
    expect(found(decided({ last: 11 }))).toEqual({ boundaryViolations: 1 })
    expect(found(decided({ last: 0, count: 0 }))).toEqual({ boundaryViolations: 1 })
  })

  it('planted boundaryViolations: an event that the decision had seen, and the log does not have', () => {
    expect(found(decided({ last: 12, count: 2 }, before.slice(1)))).toEqual({ boundaryViolations: 1 })
    expect(found(decided({ last: 12, count: 2 }, before.slice(0, 1)))).toEqual({ boundaryViolations: 1 })
  })

  it('planted altered: another decision is stored than was sent', () => {
    expect(found(decided({ last: 12, count: 2 }, before, [], { by, last: 12, count: 3 }))).toEqual({ altered: 1 })
    expect(found(decided({ last: 12, count: 2 }, before, [], null))).toEqual({ altered: 1 })
  })

  const refusedBy = (
    conflicts: ReadonlyArray<number>,
    rewound = false,
    ...more: ReadonlyArray<ReadonlyArray<JournalRecord>>
  ): Partial<Evidence> => ({
    ...seeing([...log, ...[tagged(11, 'P'), tagged(12, 'Q'), tagged(13, 'R')]]),
    journals: [
      journal,
      ['P', 'Q', 'R'].flatMap(free),
      [
        sent(6, [{ ...part('bound-1', by), tagged: true, marker, decided: { by, last: 12, count: 2 } }]),
        ended(6, { is: 'refused', why: 'changed', conflicts, at: 100, ...(rewound ? { rewound } : {}) }),
      ],
      ...more,
    ],
  })

  it('planted boundaryViolations: a refusal that names what was seen, what does not match, or nothing', () => {
    expect(found(refusedBy([13]))).toEqual({})
    for (const conflicts of [[12], [11], [5], [99], [13, 12], []])
      expect([conflicts, found(refusedBy(conflicts))]).toEqual([conflicts, { boundaryViolations: 1 }])
  })

  it('planted alarmed: a refusal because the log went back, while the history of its marker is the current one', () => {
    const stored = (sentAt: number, history: string): ReadonlyArray<JournalRecord> => [
      { ...sent(7, [part('a-1', 'D')]), at: sentAt },
      ended(7, { is: 'acknowledged', places: [{ firstVersion: 3, positions: [5], history }], at: sentAt }),
    ]
    expect(found(refusedBy([], true, stored(101, 'h')))).toEqual({ alarmed: 1 })
    expect(found(refusedBy([], true, stored(100, 'h'), stored(101, 'another')))).toEqual({})
  })
})

describe('streams that are only checked', () => {
  /** An append at 5 that checks b-1, which then has one event, and a second one later. */
  const checking = (expected: ExpectedVersion, basis?: string) => ({
    journals: [
      journal.filter(({ append }) => append !== 2),
      [
        sent(2, [{ ...part('a-1', 'D'), checks: [{ stream: 'b-1', expected, ...(basis && { basis }) }] }]),
        ended(2, unknown),
      ],
    ],
  })

  it('are as expected at that place of the log', () => {
    for (const expected of [1, 'any', 'streamExists'] as const) expect(found(checking(expected))).toEqual({})
    expect(found(checking(1, 'C'))).toEqual({})
  })

  it('planted checkViolations: another version, an event too many, or too few', () => {
    for (const expected of [0, 2, 'noStream'] as const)
      expect(found(checking(expected))).toEqual({ checkViolations: 1 })
  })

  it('planted silent: a check rests on an event that is not in the log', () => {
    const [, ours = []] = checking(1, 'L').journals
    const acknowledged = [...ours, ended(2, { is: 'acknowledged', places: [{ firstVersion: 3, positions: [5] }] })]
    expect(found({ journals: [journal.filter(({ append }) => append !== 2), acknowledged] })).toEqual({ silent: 1 })
  })
})

describe('a rewound log', () => {
  const rewind: Rewind = {
    how: 'standby',
    from: 1_000,
    to: 2_000,
    common: 3,
    handlers: [
      { name: 'noting', position: 9, stopped: true },
      { name: 'paying', position: 3, stopped: false },
    ],
  }
  const at = (append: number, sentAt: number, toldAt: number, ...ids: ReadonlyArray<string>) => [
    { ...sent(append, [part('c-1', ...ids)]), at: sentAt },
    ended(append, { is: 'acknowledged', places: [{ firstVersion: 1, positions: [9] }], at: toldAt }),
  ]
  const withMore = (...more: ReadonlyArray<JournalRecord>) => ({ journals: [journal, more] })
  const rereading = (
    events: ReadonlyArray<SeenEvent>,
    rewound: number,
    later: ReadonlyArray<SeenEvent>,
  ): Partial<Evidence> => ({
    readers: [reader([...pages(events), { at: 5_000, events: [], rewound }, ...pages(later)])],
  })
  const lost: SeenEvent = [9, 'c-1', 1, 'L']

  it('may lose appends that were acknowledged after the backup, which are counted', () => {
    const changes = { rewinds: [rewind], ...withMore(...at(6, 1_500, 1_600, 'L')) }
    expect(found(changes)).toEqual({})
    expect(check({ ...evidence, ...changes }).appends.undone).toBe(1)
    // It was sent before the rewind, and answered by the replaced server, or late.
    expect(found({ rewinds: [rewind], ...withMore(...at(6, 900, 1_001, 'L')) })).toEqual({})
    expect(found({ rewinds: [rewind], ...withMore(...at(6, 1_900, 2_500, 'L')) })).toEqual({})
  })

  it('planted lost: an append acknowledged before the backup, or sent after the rewind', () => {
    expect(found({ rewinds: [rewind], ...withMore(...at(6, 800, 900, 'L')) })).toEqual({ lost: 1 })
    expect(found({ rewinds: [rewind], ...withMore(...at(6, 2_100, 2_200, 'L')) })).toEqual({ lost: 1 })
    expect(found(withMore(...at(6, 1_500, 1_600, 'L')))).toEqual({ lost: 1 })
  })

  it('planted lost: one event of an append whose others are stored', () => {
    const rows = [...log, logRow(9, 'c-1', 1, 'L')]
    const changes = { ...seeing(rows), rewinds: [rewind] }
    const [first, second] = at(6, 1_500, 1_600, 'L', 'M')
    if (first === undefined || second === undefined) throw new Error('no append')
    expect(found({ ...changes, journals: [journal, [first, second]] })).toMatchObject({ lost: 1 })
  })

  it('a reader that gets LogRewound drops the lost events, and continues', () => {
    const before = [...all.slice(0, 3), lost]
    expect(found({ rewinds: [rewind], ...rereading(before, 3, all.slice(3)) })).toEqual({})
  })

  it('planted silent: a reader does not detect lost events, whether their place is empty or not', () => {
    expect(found({ rewinds: [rewind], readers: [reader(pages(all, [lost]))] })).toEqual({ silent: 1 })
    // The same stream, version and position, and another event.
    const other = all.map((seen): SeenEvent => (seen[0] === 5 ? [5, 'a-1', 3, 'L'] : seen))
    expect(found({ rewinds: [rewind], readers: [reader(pages(other))] })).toEqual({ silent: 1 })
    // The reader continues after a place that is too far.
    expect(found({ rewinds: [rewind], ...rereading([...all, lost], 9, []) })).toEqual({ silent: 1 })
  })

  it('planted silent: a reader does not detect the loss of an event that was in progress at the moment of the backup', () => {
    const changes = {
      rewinds: [{ ...rewind, common: 5 }],
      readers: [reader(pages([...all.slice(0, 3), [4, 'b-1', 2, 'L'], ...all.slice(3)]))],
    }
    expect(found(changes)).toEqual({ silent: 1 })
    expect(found({ ...changes, rewinds: [rewind] })).toEqual({ silent: 1 })
  })

  it('planted missed and repeated: a reader continues in the wrong place', () => {
    expect(found({ rewinds: [rewind], ...rereading(all, 3, all.slice(4)) })).toEqual({ missed: 1 })
    expect(found({ rewinds: [rewind], ...rereading(all, 3, all.slice(2)) })).toEqual({ repeated: 1 })
  })

  it('planted silent: a handler had handled more than the log kept, and did not stop', () => {
    const handlers = [{ name: 'noting', position: 4, stopped: false }]
    expect(found({ rewinds: [{ ...rewind, handlers }] })).toEqual({ silent: 1 })
  })

  it('planted silent: an append is decided on an event that is not in the log', () => {
    const decided = (basis: string) =>
      withMore(
        sent(6, [{ stream: 'a-1', expected: 3, basis, ids: ['F'] }]),
        ended(6, { is: 'acknowledged', places: [{ firstVersion: 4, positions: [9] }] }),
      )
    const rows = seeing([...log, logRow(9, 'a-1', 4, 'F')])
    expect(found({ ...rows, ...decided('D') })).toEqual({})
    expect(found({ ...rows, ...decided('L') })).toEqual({ silent: 1 })
  })

  it('planted alarmed: a reader or a handler reports a rewind that did not happen', () => {
    expect(found(rereading(all.slice(0, 3), 3, all.slice(3)))).toEqual({ alarmed: 1 })
    expect(found({ alarms: ['noting'] })).toEqual({ alarmed: 1 })
    expect(found({ rewinds: [rewind], alarms: ['noting'] })).toEqual({})
  })
})

describe('the longest stall', () => {
  const at = (...times: ReadonlyArray<number>): Observations =>
    reader(times.map((time, i) => ({ at: time, events: all.slice(i, i + 1) })))

  it('is the longest time between two pages of one reader, with the fault that covers most of it', () => {
    const faults = [
      { kind: 'long ago', from: 0, to: 900 },
      { kind: 'a moment', from: 3_000, to: 3_000 },
      { kind: 'the cause', from: 1_500, to: 3_500 },
    ]
    const { stall } = check({ ...evidence, readers: [at(0, 500, 1_000, 4_000, 4_100), at(0, 2_000)], faults })
    expect(stall).toEqual({ reader: 'a reader', milliseconds: 3_000, cause: 'the cause' })
  })

  it('may have no cause, and may be absent', () => {
    expect(check({ ...evidence, readers: [at(0, 50)] }).stall).toMatchObject({ milliseconds: 50, cause: 'no fault' })
    expect(check({ ...evidence, readers: [at(7)] }).stall.milliseconds).toBe(0)
  })
})
