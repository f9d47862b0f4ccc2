import { describe, expect, it } from '@jest/globals'
import { type HolderLoss, IdlePeriod, type PartitionSnapshot, type Sample } from '../src/check/IdlePeriod.ts'

const standing = (position: number, changes: Partial<PartitionSnapshot> = {}): PartitionSnapshot => ({
  handler: 'noting',
  partition: 7,
  position,
  holder: 'A',
  gone: false,
  waits: true,
  ...changes,
})

const look = (at: number, ...standings: ReadonlyArray<PartitionSnapshot>): Sample => ({ at, partitions: standings })

const longest = (...looks: ReadonlyArray<Sample>) => IdlePeriod.longest(IdlePeriod.find(looks, []))?.milliseconds ?? 0

describe('the idle time of a partition', () => {
  it('is the time between the observations with the same checkpoint while an event waits', () => {
    const times = IdlePeriod.find(
      [
        look(0, standing(1)),
        look(500, standing(1)),
        look(900, standing(1, { holder: 'B' })),
        look(1_400, standing(2)),
        look(1_900, standing(2)),
      ],
      [],
    )
    expect(times).toMatchObject([
      {
        handler: 'noting',
        partition: 7,
        position: 1,
        holders: [
          { holder: 'A', after: 0 },
          { holder: 'B', after: 900 },
        ],
        milliseconds: 900,
        from: 0,
        to: 900,
      },
      { position: 2, holders: [{ holder: 'A', after: 0 }], milliseconds: 500 },
    ])
  })

  it('begins when an event waits, and not before', () => {
    const idle = standing(1, { waits: false })
    expect(longest(look(0, idle), look(500, idle), look(1_000, standing(1)), look(1_200, standing(1)))).toBe(200)
    expect(longest(look(0, standing(1)), look(500, idle), look(1_000, standing(1)))).toBe(0)
  })

  it('is measured for each partition', () => {
    const other = (position: number) => standing(position, { partition: 8 })
    expect(
      longest(look(0, standing(1), other(1)), look(500, standing(2), other(1)), look(900, standing(3), other(1))),
    ).toBe(900)
  })

  it('excludes the time in which the server was down', () => {
    const away: Sample = { at: 500, partitions: undefined }
    expect(longest(look(0, standing(1)), away, look(800, standing(1)), look(1_100, standing(1)))).toBe(300)
    // No answer for more than a second, while the observer asks four times a second.
    expect(longest(look(0, standing(1)), look(1_001, standing(1)), look(1_301, standing(1)))).toBe(300)
  })

  it('is a finding when it is too long, with partition, holders and cause', () => {
    const times = IdlePeriod.find([look(0, standing(9)), look(600, standing(9, { holder: null }))], [])
    const faults = [{ kind: 'handlers killed', from: 100, to: 100 }]
    expect(IdlePeriod.longerThan(times, 600, faults)).toEqual([])
    expect(IdlePeriod.longerThan(times, 599, faults)).toEqual([
      {
        defect: 'partitionsIdle',
        stream: 'noting, partition 7',
        position: 9,
        writers: [],
        what: 'events waited behind its checkpoint for 600 ms; held by A, after 600 ms no member; handlers killed',
      },
    ])
  })

  describe('an idle time is judged from the last loss of the holder', () => {
    const killed = (member: string, from: number): HolderLoss => ({ member, from, to: Number.POSITIVE_INFINITY })
    const by = (holder: string | null, gone = false) => standing(1, { holder, gone })
    /** An observation every half second; each has the holder of the partition, which does not move. */
    const history = (holders: ReadonlyArray<PartitionSnapshot>, losses: ReadonlyArray<HolderLoss>) =>
      IdlePeriod.find(
        holders.map((one, i) => look(i * 500, one)),
        losses,
      ).map(({ milliseconds, holders }) => [milliseconds, holders.map(({ holder }) => holder).join()])

    it('killed: the time before is judged by itself, then the time of the takeover begins', () => {
      expect(history([by('A'), by('A'), by('A', true), by('A', true), by('B'), by('B')], [killed('A', 700)])).toEqual([
        [700, 'A'],
        [1_800, 'A (expired),B'],
      ])
    })

    it('lost one after another: each has the whole time', () => {
      const holders = [by('A'), by('A', true), by('B'), by('B'), by('B', true), by('C'), by('C')]
      expect(history(holders, [killed('A', 100), killed('B', 1_600)])).toEqual([
        [100, 'A'],
        [1_500, 'A (expired),B'],
        [1_400, 'B (expired),C'],
      ])
    })

    it('planted: a loss of others changes nothing, nor one of an earlier or a later holder', () => {
      const holders = [by('A'), by('A'), by('B'), by('B'), by('B'), by('C'), by('C')]
      const others = [killed('D', 1_200), killed('A', 1_700), killed('C', 300)]
      expect(history(holders.slice(0, 5), others)).toEqual([[2_000, 'A,B']])
      expect(history(holders, [killed('D', 1_200), killed('A', 1_700)])).toEqual([[3_000, 'A,B,C']])
    })

    it('planted: a partition without a takeover is idle from the loss on', () => {
      const holders = [by('A'), by('A'), by('A', true), by('A', true), by(null), by(null), by(null)]
      const times = IdlePeriod.find(
        holders.map((one, i) => look(i * 500, one)),
        [killed('A', 600)],
      )
      expect(IdlePeriod.longerThan(times, 2_399, [])).toMatchObject([{ defect: 'partitionsIdle', position: 1 }])
      expect(IdlePeriod.longerThan(times, 2_400, [])).toEqual([])
    })

    it('planted: a partition of an inactive holder has no loss, and is idle all the time', () => {
      expect(history([by('A'), by('A'), by('A'), by('A')], [killed('B', 700)])).toEqual([[1_500, 'A']])
    })

    it('stopped: the time counts from the stop on, with a takeover or without', () => {
      const stopped = { member: 'A', from: 600, to: 1_400 }
      expect(history([by('A'), by('A'), by('A'), by('A'), by('A')], [stopped])).toEqual([
        [600, 'A'],
        [1_400, 'A'],
      ])
    })

    it('taken by a lost holder, whose heartbeat was in flight: the time counts from the takeover on', () => {
      const holders = [by('A'), by('A', true), by('A', true), by('B'), by('B'), by('C')]
      expect(history(holders, [killed('A', 100), killed('B', 700)])).toEqual([
        [100, 'A'],
        [900, 'A (expired)'],
        [1_500, 'B,C'],
      ])
      // It continued before it took the partition, so there is no loss.
      expect(history(holders, [killed('A', 100), { member: 'B', from: 700, to: 900 }])).toEqual([
        [100, 'A'],
        [2_400, 'A (expired),B,C'],
      ])
    })

    it('a crashed server begins all times again when it has restarted', () => {
      const other = standing(4, { partition: 8, holder: 'B' })
      const looks = [0, 500, 1_000, 1_500].map((at) => look(at, by('A'), other))
      expect(IdlePeriod.find(looks, [], [700]).map(({ partition, milliseconds }) => [partition, milliseconds])).toEqual(
        [
          [7, 700],
          [8, 700],
          [7, 800],
          [8, 800],
        ],
      )
    })

    it('while the server was down: the time counts from the loss on, without the downtime', () => {
      const away: Sample = { at: 500, partitions: undefined }
      const looks = [look(0, by('A')), away, look(1_000, by('A', true)), look(1_500, by('A', true))]
      expect(IdlePeriod.find(looks, [killed('A', 400)])).toMatchObject([
        { milliseconds: 0, to: 400 },
        { milliseconds: 500, from: 400, to: 1_500 },
      ])
    })
  })
})
