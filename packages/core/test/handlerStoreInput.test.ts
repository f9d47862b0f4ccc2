import { HandlerStoreInput, InlineStoreInput } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'

const ref = { name: 'mails', generation: 1 }
const change = { kind: 'view', key: 'a', data: { sum: 1 } }
const commit = { ...ref, partition: 0, epoch: 1, revision: 0, position: 7, changes: [change] }
const heartbeat = { ...ref, member: 'm', leaseTime: 1_000, capacity: 4, report: null }
const view = { key: 'a', partition: 0, expectedPosition: null, data: 1 }

/** A check, called as from JavaScript, where nothing holds an argument to its type. */
const given = (check: (...args: never) => E.Either<unknown, unknown>, ...args: ReadonlyArray<unknown>) =>
  // The arguments of these tests are wrong on purpose.
  E.getOrElseW((left: unknown) => left)(check(...(args as never)))

const rejected = (what: string, why: string) => ({ _tag: 'InvalidInput', what, why })

describe('input of a handler store', () => {
  it('is accepted when it is valid', () => {
    const history = { position: 7, history: 'h-1' }
    expect(given(HandlerStoreInput.ref, ref)).toBeUndefined()
    expect(given(HandlerStoreInput.registration, { ...ref, partitions: 4, start: 0 })).toBeUndefined()
    expect(given(HandlerStoreInput.heartbeats, [heartbeat])).toBeUndefined()
    expect(given(HandlerStoreInput.commits, [{ ...commit, sourcePosition: history }])).toBeUndefined()
    expect(given(HandlerStoreInput.partitions, [0, 1_023])).toBeUndefined()
    expect(given(HandlerStoreInput.query, { name: 'mails', kind: 'view', where: { open: true } })).toMatchObject({
      count: 1_000,
      where: { open: true },
    })
    expect(given(InlineStoreInput.views, [{ ...ref, changes: [view, { ...view, key: 'b' }] }])).toBeUndefined()
    expect(given(InlineStoreInput.pause, 'mails', ['account'], 60_000)).toBeUndefined()
  })

  it.each<readonly [string, unknown, string, string]>([
    ['null', null, 'handler', 'must be an object, is null'],
    ['an empty name', { name: '', generation: 1 }, 'handler.name', 'must not be empty'],
    ['a number as name', { name: 1, generation: 1 }, 'handler.name', 'must be a string, is 1'],
    ['no generation', { name: 'a' }, 'handler.generation', 'must be an integer from 1 to 2147483647, is undefined'],
  ])('is rejected with its place: %s of a handler', (_, value, what, why) => {
    expect(given(HandlerStoreInput.ref, value)).toEqual(rejected(what, why))
  })

  it.each<readonly [string, unknown, string, string]>([
    ['no list', 'no list', 'commits', 'must be an array, is "no list"'],
    ['null', [null], 'commits[0]', 'must be an object, is null'],
    ['a fraction', [commit, { ...commit, epoch: 0.5 }], 'commits[1].epoch', 'must be an integer from 1 up, is 0.5'],
    ['a change that is none', [{ ...commit, changes: [1] }], 'commits[0].changes[0]', 'must be an object, is 1'],
    [
      'an unknown kind',
      [{ ...commit, changes: [change, { ...change, kind: 'ahead' }] }],
      'commits[0].changes[1].kind',
      'must be one of view, process, command, timer, parked, stop, gaps, attempts, is "ahead"',
    ],
    [
      'an empty key',
      [{ ...commit, changes: [{ ...change, key: '' }] }],
      'commits[0].changes[0].key',
      'must have 1 to 512 characters, has 0',
    ],
    [
      'data without a JSON form',
      [{ ...commit, changes: [{ ...change, data: { a: [Number.NaN] } }] }],
      'commits[0].changes[0].data.a[0]',
      'NaN has no JSON form',
    ],
    [
      'a time that is none',
      [{ ...commit, changes: [{ ...change, due: new Date(Number.NaN) }] }],
      'commits[0].changes[0].due',
      'must be a date, is an object',
    ],
    [
      'a position without a history',
      [{ ...commit, sourcePosition: { position: 1 } }],
      'commits[0].sourcePosition.history',
      'must be the id of a history, as a store returned it, is undefined',
    ],
    [
      'a document twice',
      [{ ...commit, changes: [change, change] }],
      'commits[0].changes[1]',
      'is the second change of the view "a"',
    ],
    ['a partition twice', [commit, commit], 'commits[1]', 'is the second commit for partition 0 of "mails"'],
  ])('is rejected with its place: %s in commits', (_, value, what, why) => {
    expect(given(HandlerStoreInput.commits, value)).toEqual(rejected(what, why))
  })

  it('is rejected with its place: everything else', () => {
    const { heartbeats, partitions, keys, query, resetCheckpoints } = HandlerStoreInput
    expect(given(heartbeats, [heartbeat, { ...heartbeat, leaseTime: 0 }])).toEqual(
      rejected('heartbeats[1].leaseTime', 'must be an integer from 1 to 86400000, is 0'),
    )
    expect(given(partitions, [0, 1_024])).toEqual(
      rejected('partitions[1]', 'must be an integer from 0 to 1023, is 1024'),
    )
    expect(given(keys, ['a', 'b\0'])).toEqual(rejected('keys[1]', 'must not contain NUL (U+0000)'))
    expect(given(keys, Array(10_001).fill('a'))).toEqual(
      rejected('keys', 'must have at most 10000 elements, has 10001'),
    )
    expect(given(query, { name: 'a', kind: 'view', where: { b: { c: [1] } } })).toEqual(
      rejected('query.where', 'must be an object of texts, numbers, booleans, nulls, and such objects, is an array'),
    )
    expect(given(query, { name: 'a', kind: 'view', count: 0 })).toEqual(
      rejected('query.count', 'must be an integer from 1 to 10000, is 0'),
    )
    expect(given(resetCheckpoints, { name: 'a', position: 0, partitions: [] })).toEqual(
      rejected('handler.partitions', 'must have at least 1 element'),
    )
  })

  it('is rejected with its place: views of an append', () => {
    const { views, pause, opening } = InlineStoreInput
    const changes = (...list: ReadonlyArray<unknown>) => [{ ...ref, changes: list }]
    expect(given(views, changes({ ...view, expectedPosition: -1 }))).toEqual(
      rejected('views[0].changes[0].expectedPosition', 'must be an integer from 0 up, is -1; or null'),
    )
    expect(given(views, changes(view, view))).toEqual(
      rejected('views[0].changes[1]', 'is the second change of the view "a"'),
    )
    expect(given(views, [...changes(view), ...changes(view)])).toEqual(
      rejected('views[1]', 'is the second entry for "mails"'),
    )
    expect(given(opening, ref, [])).toEqual(rejected('categories', 'must have at least 1 element'))
    expect(given(opening, ref, ['a', 'b-c'])).toEqual(rejected('categories[1]', 'must be a category, is "b-c"'))
    expect(given(pause, 'mails', ['a'], 60_001)).toEqual(
      rejected('milliseconds', 'must be an integer from 1 to 60000, is 60001'),
    )
  })
})
