import type { LogPosition } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { add, counter } from './counter.ts'

describe('awaitHandlers', () => {
  it('ends the dispatch when the handlers have handled its last event', async () => {
    const asked: Array<readonly [ReadonlyArray<string>, number | LogPosition]> = []
    const waitFor = (names: ReadonlyArray<string>, position: number | LogPosition) => async () => {
      asked.push([names, position])
      return E.right(undefined)
    }
    const store = makeMemoryStore()
    const { dispatch } = makeDispatcher({ store, aggregates: [counter], waitFor })
    await dispatch(add('a', 1))()
    expect(asked).toEqual([])
    const command = { type: 'AddTwice', data: { id: 'a', by: 1, times: 2 } } as const
    expect(await dispatch(command, { awaitHandlers: ['sums', 'mails'] })()).toMatchObject({ right: { version: 3 } })
    const now = await store.history()
    const history = E.isRight(now) ? now.right : ''
    const place = { position: 3, history, id: expect.any(String), events: [2, 3] }
    expect(asked).toEqual([[['sums', 'mails'], place]])
    await dispatch({ type: 'Nothing', data: { id: 'a' } }, { awaitHandlers: ['sums'] })()
    await dispatch(add('a', -10), { awaitHandlers: ['sums'] })()
    expect(asked).toHaveLength(1)
  })

  it('returns an error that contains the stored events when the wait fails', async () => {
    const late = { _tag: 'HandlersTimedOut' }
    for (const waitFor of [() => TE.left(late), () => () => Promise.reject(new Error('boom'))]) {
      const { dispatch, load } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter], waitFor })
      expect(await dispatch(add('a', 1), { awaitHandlers: ['sums'] })()).toMatchObject({
        left: { _tag: 'HandlersNotReached', handlers: ['sums'], dispatched: { version: 1 } },
      })
      expect(await load(counter, 'a')()).toMatchObject({ right: { version: 1 } })
    }
  })

  it('is rejected before the command is handled when the dispatcher has no waitFor', async () => {
    const { dispatch, load } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter] })
    expect(await dispatch(add('a', 1), { awaitHandlers: ['sums'] })()).toMatchObject({
      left: { _tag: 'InvalidInput', what: 'awaitHandlers' },
    })
    expect(await load(counter, 'a')()).toMatchObject({ right: { version: 0 } })
  })
})
