import { describe, expect, it } from '@jest/globals'
import { add } from './counter.ts'
import { makeCounterDispatcher } from './fixtures.ts'

/** An interface has no index signature, so it is no `JsonRecord`. */
interface SignedIn {
  readonly name: string
  readonly roles: ReadonlyArray<Role>
  readonly team?: string
}

interface Role {
  readonly id: number
}

const ada: SignedIn = { name: 'Ada', roles: [{ id: 1 }] }

describe('the user of a context', () => {
  it('may have any interface of JSON, and is stored unchanged', async () => {
    const { dispatch, memory } = makeCounterDispatcher()
    expect(await dispatch(add('a', 1), { user: ada })()).toMatchObject({
      right: { events: [{ metadata: { user: ada } }] },
    })
    expect(await memory.readLog()()).toMatchObject({ right: { events: [{ metadata: { user: ada } }] } })
  })

  it.each([
    ['a date', { ...ada, since: new Date(0) }, 'user.since'],
    ['what is undefined', { ...ada, team: undefined }, 'user.team'],
    ['no number', { ...ada, roles: [{ id: 1 }, { id: Number.NaN }] }, 'user.roles[1].id'],
    [
      'a class',
      new (class User {
        name = 'Ada'
      })(),
      'user',
    ],
    ['a list', [ada], 'user'],
    ['a function', () => ada, 'user'],
  ])('is refused for %s, with the field', async (_, user, field) => {
    const { dispatch, memory } = makeCounterDispatcher()
    const refused = await dispatch(add('a', 1), { user })()
    expect(refused).toMatchObject({
      left: {
        _tag: 'InvalidInput',
        what: expect.stringMatching(new RegExp(`metadata\\.${field.replace(/[[\]]/g, '\\$&')}$`)),
      },
    })
    expect(await memory.readLog()()).toMatchObject({ right: { events: [] } })
  })
})
