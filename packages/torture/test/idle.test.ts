import { describe, expect, it } from '@jest/globals'
import { Idle, type Look, type Standing } from '../src/check/Idle.ts'

const standing = (position: number, changes: Partial<Standing> = {}): Standing => ({
  handler: 'noting',
  partition: 7,
  position,
  holder: 'A',
  waits: true,
  ...changes,
})

const look = (at: number, ...standings: ReadonlyArray<Standing>): Look => ({ at, standings })

const longest = (...looks: ReadonlyArray<Look>) => Idle.longest(Idle.times(looks))?.milliseconds ?? 0

describe('the time in which a partition did not move', () => {
  it('is that between the looks that see the same checkpoint while an event waits', () => {
    const times = Idle.times([
      look(0, standing(1)),
      look(500, standing(1)),
      look(900, standing(1, { holder: 'B' })),
      look(1_400, standing(2)),
      look(1_900, standing(2)),
    ])
    expect(times).toMatchObject([
      { handler: 'noting', partition: 7, position: 1, holders: ['A', 'B'], milliseconds: 900, from: 0, to: 900 },
      { position: 2, holders: ['A'], milliseconds: 500 },
    ])
  })

  it('begins when an event waits, and not before', () => {
    const idle = standing(1, { waits: false })
    expect(longest(look(0, idle), look(500, idle), look(1_000, standing(1)), look(1_200, standing(1)))).toBe(200)
    expect(longest(look(0, standing(1)), look(500, idle), look(1_000, standing(1)))).toBe(0)
  })

  it('is one for each partition', () => {
    const other = (position: number) => standing(position, { partition: 8 })
    expect(
      longest(look(0, standing(1), other(1)), look(500, standing(2), other(1)), look(900, standing(3), other(1))),
    ).toBe(900)
  })

  it('leaves out the time in which the server was away', () => {
    const away: Look = { at: 500, standings: undefined }
    expect(longest(look(0, standing(1)), away, look(800, standing(1)), look(1_100, standing(1)))).toBe(300)
    // No answer for more than a second, from one who looks four times a second.
    expect(longest(look(0, standing(1)), look(1_001, standing(1)), look(1_301, standing(1)))).toBe(300)
  })

  it('is a finding when it is too long, with partition, holders and cause', () => {
    const times = Idle.times([look(0, standing(9)), look(600, standing(9, { holder: null }))])
    const faults = [{ kind: 'handlers killed', from: 100, to: 100 }]
    expect(Idle.tooLong(times, 600, faults)).toEqual([])
    expect(Idle.tooLong(times, 599, faults)).toEqual([
      {
        defect: 'partitionsIdle',
        stream: 'noting, partition 7',
        position: 9,
        writers: [],
        what: 'events waited behind its checkpoint for 600 ms; held by A, then nobody; handlers killed',
      },
    ])
  })
})
