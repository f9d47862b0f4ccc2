import { StreamName } from '@foldlog/core'
import { EventLookup, SnapshotInput } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'

/** A check, called as from JavaScript, where nothing holds an argument to its type. */
const given = (check: (...args: never) => E.Either<unknown, unknown>, ...args: ReadonlyArray<unknown>) =>
  // The arguments of these tests are wrong on purpose.
  E.getOrElseW((left: unknown) => left)(check(...(args as never)))

const rejected = (what: string, why: string) => ({ _tag: 'InvalidInput', what, why })

const id = '01J8Z4T7Q2N5X9V3B6M1K0C4DE'
const snapshot = { stream: 'account-1', version: 3, schemaVersion: 1, state: { sum: 1 } }

describe('ids of events to find', () => {
  it('are returned when they are valid', () => expect(given(EventLookup.check, [id])).toEqual([id]))

  it.each<readonly [string, unknown, string, string]>([
    ['a text', id, 'ids', `must be an array, is "${id}"`],
    ['too many', Array(1_001).fill(id), 'ids', 'must have at most 1000 elements, has 1001'],
    ['a number', [id, 7], 'ids[1]', 'must be a ULID in canonical form, is 7'],
  ])('are rejected: %s', (_, ids, what, why) => expect(given(EventLookup.check, ids)).toEqual(rejected(what, why)))
})

describe('a snapshot', () => {
  it('is accepted when it is valid', () => {
    expect(given(SnapshotInput.save, snapshot)).toBeUndefined()
    expect(given(SnapshotInput.save, { ...snapshot, history: 'h-1' })).toBeUndefined()
  })

  it.each<readonly [string, unknown, string, string]>([
    ['null', null, 'snapshot', 'must be an object, is null'],
    ['version 0', { ...snapshot, version: 0 }, 'version', 'must be an integer from 1 up, is 0'],
    [
      'a large schema version',
      { ...snapshot, schemaVersion: 32_768 },
      'schemaVersion',
      'must be an integer from 1 to 32767, is 32768',
    ],
    [
      'a state without a JSON form',
      { ...snapshot, state: { at: [undefined] } },
      'state.at[0]',
      'undefined has no JSON form',
    ],
    [
      'a history that is none',
      { ...snapshot, history: '' },
      'history',
      'must be the id of a history, as a store returned it, is ""',
    ],
  ])('is rejected: %s', (_, value, what, why) => expect(given(SnapshotInput.save, value)).toEqual(rejected(what, why)))

  it('is read with a number of events', () => {
    const stream = E.getOrElseW(() => '')(StreamName.parse('account-1'))
    expect(given(SnapshotInput.read, stream, 1, undefined)).toBe(1_000)
    expect(given(SnapshotInput.read, stream, 1, 5)).toBe(5)
    expect(given(SnapshotInput.read, 'no dash', 1, 5)).toMatchObject({ what: 'stream name' })
    expect(given(SnapshotInput.read, stream, 0, 5)).toEqual(
      rejected('schemaVersion', 'must be an integer from 1 to 32767, is 0'),
    )
    expect(given(SnapshotInput.read, stream, 1, 0)).toMatchObject({ what: 'count' })
  })
})
