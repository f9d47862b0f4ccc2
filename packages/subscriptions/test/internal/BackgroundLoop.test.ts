import { expect, it } from '@jest/globals'
import { type AfterStep, makeBackgroundLoop } from '../../src/internal/async/BackgroundLoop.ts'

const untilWoken = Number.POSITIVE_INFINITY

/** Lets everything run that can run without a timer. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A loop whose steps have these results, one after another, and then wait until they are woken. */
const loopOf = (...results: ReadonlyArray<AfterStep | Error>) => {
  const failures: Array<number> = []
  const thrown: Array<unknown> = []
  const loop = makeBackgroundLoop({
    step: async (failed) => {
      failures.push(failed)
      const result = results[failures.length - 1] ?? untilWoken
      if (result instanceof Error) throw result
      return result
    },
    onThrown: (cause) => thrown.push(cause),
  })
  return { loop, failures, thrown, steps: () => failures.length }
}

it('no step begins before the start, and a second start does nothing', async () => {
  const { loop, steps } = loopOf()
  await settle()
  expect(steps()).toBe(0)
  loop.start()
  loop.start()
  await settle()
  expect(steps()).toBe(1)
  await loop.stop()
})

it('a step follows at once, or when the loop is woken', async () => {
  const { loop, steps } = loopOf('again', untilWoken, untilWoken)
  loop.start()
  await settle()
  expect(steps()).toBe(2)
  loop.wake()
  await settle()
  expect(steps()).toBe(3)
  await loop.stop()
})

it('a step follows after its wait', async () => {
  const { loop, steps } = loopOf(0)
  loop.start()
  while (steps() < 2) await settle()
  await loop.stop()
})

it('a loop that is woken during a step does not wait after it', async () => {
  let steps = 0
  const loop = makeBackgroundLoop({
    step: async () => {
      if (++steps === 1) loop.wake()
      return untilWoken
    },
    onThrown: () => {},
  })
  loop.start()
  await settle()
  expect(steps).toBe(2)
  await loop.stop()
})

it('failures in a row are counted, and a step that throws is one of them', async () => {
  const crash = new Error('crash')
  const { loop, failures, thrown, steps } = loopOf('failed', crash, 'again')
  loop.start()
  while (steps() < 4) await settle()
  expect(failures).toEqual([0, 1, 2, 0])
  expect(thrown).toEqual([crash])
  await loop.stop()
})

it('a stop waits for the step in progress, and no other begins', async () => {
  let steps = 0
  let finish = (): void => {}
  const loop = makeBackgroundLoop({
    step: async () => {
      steps++
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return 'again'
    },
    onThrown: () => {},
  })
  loop.start()
  let stopped = false
  const stopping = loop.stop().then(() => {
    stopped = true
  })
  await settle()
  expect(loop.signal.aborted).toBe(true)
  expect(stopped).toBe(false)
  finish()
  await stopping
  expect(steps).toBe(1)
})

it('a stop ends a wait, and the wait after a failure', async () => {
  for (const last of [untilWoken, 'failed'] as const) {
    const { loop, steps } = loopOf(last, 'again')
    loop.start()
    await settle()
    await loop.stop()
    expect(steps()).toBe(1)
  }
})

it('a loop that is stopped before its start never begins', async () => {
  const { loop, steps } = loopOf()
  await loop.stop()
  loop.start()
  await settle()
  expect(steps()).toBe(0)
})
