import { JointDecision } from '@foldlog/core'
import { checkJointDecision, Scenario } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { close, leave, mostRooms, stay, take, visit } from '../../dispatcher/test/hotel.ts'

const ids = fc.constantFrom('a', 'b', 'c')
const commands = fc.oneof(
  fc.tuple(ids, ids).map(([guest, room]) => take(guest, room)),
  fc.tuple(ids, ids).map(([guest, room]) => visit(guest, room)),
  ids.map(close),
  ids.map(leave),
)

describe('a scenario of a joint decision', () => {
  const given = Scenario.jointDecision(stay)
  const roomTaken = { type: 'RoomTaken', data: { room: '9' } } as const
  const taken = { type: 'Taken', data: { by: 'ada' } } as const

  it('has events, errors, or nothing', () => {
    given()
      .when(take('ada', '1'))
      .then({ guest: [{ type: 'RoomTaken', data: { room: '1' } }], room: [taken] })
    given({ room: [taken] })
      .when(take('ada', '1'))
      .thenError('taken')
    given({ guest: [roomTaken, roomTaken] })
      .when(take('ada', '1'))
      .thenError('too many')
    given({ guest: [] })
      .when({ type: 'Nothing', data: { guest: 'a', room: '1' } })
      .thenNothing()
    given()
      .when(visit('ada', '1'))
      .then({ guest: [], room: [taken] })
  })

  it('fails with the differences', () => {
    expect(() => given().when(visit('ada', '1')).then({})).toThrow('room')
    expect(() => given().when(visit('ada', '1')).thenError('taken')).toThrow('expected error, got events')
    expect(() => given().when(visit('ada', '1')).thenNothing()).toThrow()
  })

  it('fails for a misspelled name and for a state that is changed in place', () => {
    const misspelled = { ...stay, decide: () => E.right({ rom: [] } as never) }
    expect(() => Scenario.jointDecision(misspelled)().when(take('a', '1'))).toThrow('events of rom')
  })
})

describe('checkJointDecision', () => {
  const invariants = {
    'a room has one guest, who has not too many': ({
      guest,
      room,
    }: {
      guest: ReadonlyMap<string, { rooms: number }>
      room: ReadonlyMap<string, string | undefined>
    }) => [...guest.values()].every(({ rooms }) => rooms <= mostRooms) && room.size <= 3,
  }

  it('finds nothing wrong with a decision that keeps its rule', () => {
    checkJointDecision(stay, { commands, invariants })
  })

  it.each([
    [
      'InvariantBroken',
      {
        ...stay,
        decide: ({ data }: { readonly data: { readonly room: string } }) =>
          E.right({ guest: [{ type: 'RoomTaken' as const, data: { room: data.room } }] }),
      },
    ],
    [
      'DecideThrew',
      {
        ...stay,
        decide: () => {
          throw new Error('boom')
        },
      },
    ],
    ['NotStored', { ...stay, decide: () => E.right({ room: [{ type: 'Unknown' } as never] }) }],
  ])('finds %s', (law, broken) => {
    expect(() => checkJointDecision(broken as typeof stay, { commands, invariants, seed: 1 })).toThrow(law)
  })

  it('takes the commands of every codec', () => {
    expect(() => checkJointDecision(stay, { numRuns: 20, seed: 1 })).toThrow('boom')
  })
})

describe('the decider of a joint decision', () => {
  it('takes commands of the aggregates, too, and knows each by its id', () => {
    const given = Scenario.decider(JointDecision.decider(stay))
    const taken = { aggregate: 'room', id: '1', event: { type: 'Taken', data: { by: 'ada' } } } as const
    given(taken).when(take('bob', '1')).thenError('taken')
    given(taken)
      .when(leave('1'))
      .then({ aggregate: 'room', id: '1', event: { type: 'Left', data: {} } })
    given(taken)
      .when(visit('bob', '2'))
      .then({ aggregate: 'room', id: '2', event: { type: 'Taken', data: { by: 'bob' } } })
  })

  it('has no events for a command that names one stream twice', () => {
    const { guest } = stay.aggregates
    const pair = JointDecision.make({
      aggregates: { one: guest, other: guest },
      commands: ['Pair'],
      ids: ({ data }: { readonly type: 'Pair'; readonly data: readonly [string, string] }) => ({
        one: data[0],
        other: data[1],
      }),
      decide: () => E.right({ one: [{ type: 'Closed' as const, data: {} }] }),
    })
    const { decide, evolve, initialState } = JointDecision.decider(pair)
    expect(decide({ type: 'Pair', data: ['a', 'a'] }, initialState)).toEqual(E.right([]))
    // Both names have the state of their aggregate.
    const closed = evolve(initialState, { aggregate: 'one', id: 'a', event: { type: 'Closed', data: {} } })
    expect(closed.other.get('a')).toEqual({ rooms: 0, closed: true })
  })
})
