import type { HandlerStatus } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { makeReportWatch } from '../../src/internal/rewindRecovery/ReportWatch.ts'

const leaseTime = 3_000

const rewound = { position: 20, history: 'old', current: 'new', common: 10, lost: [] }

const stop = { position: 10, reason: 'the log went back', event: null, stoppedAt: 0, rewound, leaseTime }

/** A stopped handler whose members have leases until these times. */
const statusWith = (
  members: Readonly<Record<string, number>>,
  reported: ReadonlyArray<string> = [],
): ReadonlyArray<HandlerStatus> => [
  {
    name: 'seer',
    generation: 1,
    serves: true,
    role: 'serving',
    partitions: [],
    members: Object.entries(members).map(([member, until]) => ({ member, until: new Date(until), report: null })),
    parked: 0,
    timers: 0,
    commands: 0,
    stops: [{ partition: 0, data: { ...stop, reported }, requestedAction: null }],
  },
]

/** Observes a status at each of these times. */
const observe = (watch: ReturnType<typeof makeReportWatch>, from: number, to: number, members = {}) => {
  for (let now = from; now <= to; now += 100) watch.observe(statusWith(members), now)
}

describe('a watch for reports', () => {
  it('goes on for one lease, by its own clock, however old the stop is', () => {
    const watch = makeReportWatch()
    observe(watch, 1_000_000, 1_000_000 + leaseTime - 100)
    expect(watch.isSettled()).toBe(false)
    observe(watch, 1_000_000 + leaseTime, 1_000_000 + leaseTime)
    expect(watch.isSettled()).toBe(true)
  })

  it('does not count the time in which its process was suspended', () => {
    const watch = makeReportWatch()
    observe(watch, 0, 0)
    observe(watch, 10 * leaseTime, 10 * leaseTime)
    expect(watch.isSettled()).toBe(false)
  })

  it('takes a member that disappears before the end of its lease as one that has left', () => {
    const watch = makeReportWatch()
    observe(watch, 0, 900, { one: 3_000 })
    observe(watch, 1_000, 4_000)
    expect(watch.lapsed()).toEqual([])
    expect(watch.isSettled()).toBe(true)
  })

  it('names a member whose lease has expired, until it comes back and leaves', () => {
    const watch = makeReportWatch()
    observe(watch, 0, 2_900, { one: 3_000 })
    observe(watch, 3_000, 5_900)
    expect(watch.lapsed()).toEqual(['one'])
    expect(watch.isSettled()).toBe(false)
    observe(watch, 6_000, 9_000)
    expect(watch.lapsed()).toEqual(['one'])
    expect(watch.isSettled()).toBe(true)
    observe(watch, 9_100, 9_100, { one: 12_100 })
    expect(watch.lapsed()).toEqual([])
    expect(watch.isSettled()).toBe(false)
    observe(watch, 9_200, 9_200)
    expect(watch.lapsed()).toEqual([])
    expect(watch.isSettled()).toBe(true)
  })

  it('does not name a member that came back, reported and left between two observations', () => {
    const watch = makeReportWatch()
    observe(watch, 0, 2_900, { one: 3_000 })
    observe(watch, 3_000, 9_000)
    watch.observe(statusWith({}, ['one']), 9_100)
    expect(watch.lapsed()).toEqual([])
    expect(watch.isSettled()).toBe(true)
  })

  it('names a member that sent no heartbeat for long, when the clock of the store is ahead', () => {
    const watch = makeReportWatch()
    observe(watch, 0, 2_900, { one: 1_000_000 })
    observe(watch, 3_000, 9_000)
    expect(watch.lapsed()).toEqual(['one'])
  })
})
