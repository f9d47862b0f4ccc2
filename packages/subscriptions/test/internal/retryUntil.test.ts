import { storeUnavailable } from '@foldlog/core/store'
import { expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { isTemporary, retryUntil } from '../../src/internal/async/retryUntil.ts'

const away = storeUnavailable('away', true, undefined)

/** A task with these results, one after another. */
const resultsOf = <A>(...results: ReadonlyArray<A>) => {
  let calls = 0
  const task = async (): Promise<A> => {
    const result = results[calls++]
    if (result === undefined) throw new Error('one attempt too many')
    return result
  }
  return { task, calls: () => calls }
}

it('a task is repeated until it succeeds', async () => {
  const { task, calls } = resultsOf(E.left(away), E.left(away), E.right('done'))
  expect(await retryUntil(task, { isRetryable: isTemporary })).toEqual(E.right('done'))
  expect(calls()).toBe(3)
})

it('an error that would recur is the result', async () => {
  const broken = storeUnavailable('broken', false, undefined)
  const { task, calls } = resultsOf(E.left(away), E.left(broken), E.right('never'))
  expect(await retryUntil(task, { isRetryable: isTemporary })).toEqual(E.left(broken))
  expect(calls()).toBe(2)
})

it('a signal that fires ends the wait, and the last error is the result', async () => {
  const end = new AbortController()
  const { task, calls } = resultsOf(E.left(away), E.right('never'))
  const result = retryUntil(task, {
    signal: end.signal,
    isRetryable: isTemporary,
    onRetry: () => end.abort(),
  })
  expect(await result).toEqual(E.left(away))
  expect(calls()).toBe(1)
})

it('a signal that has fired already leaves one attempt', async () => {
  const { task, calls } = resultsOf(E.left(away), E.right('never'))
  expect(await retryUntil(task, { signal: AbortSignal.abort(), isRetryable: isTemporary })).toEqual(E.left(away))
  expect(calls()).toBe(1)
})

it('each wait is reported with its error and its number, and its end too', async () => {
  const seen: Array<string> = []
  const { task } = resultsOf(E.left('first'), E.left('second'), E.right('done'))
  await retryUntil(task, {
    isRetryable: () => true,
    onRetry: (error, tries) => seen.push(`${error} ${tries}`),
    markRetrying: () => () => seen.push('waited'),
  })
  expect(seen).toEqual(['first 0', 'waited', 'second 1', 'waited'])
})
