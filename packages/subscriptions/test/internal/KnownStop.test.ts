import { expect, it } from '@jest/globals'
import { makeKnownStop } from '../../src/internal/group/KnownStop.ts'

const local = { partition: 0, position: 7, reason: 'broken', since: 0 }

it('a stop because the log went back is incomplete until it is compared', () => {
  const stop = makeKnownStop()
  expect(stop.onStoppedByRewind()).toBe(true)
  expect(stop.isIncomplete()).toBe(false)
  stop.onStopped()
  expect(stop.isIncomplete()).toBe(true)
  expect(stop.onStoppedByRewind()).toBe(false)
  stop.onCompared()
  expect(stop.isIncomplete()).toBe(false)
})

it('an operator has decided when the handler was set back since it stopped', () => {
  const stop = makeKnownStop()
  stop.onCheckpointResets(3)
  stop.onStoppedByRewind()
  stop.onStopped()
  stop.onCheckpointResets(3)
  expect(stop.onRunning(4)).toBe(true)
  expect(stop.isStopped()).toBe(false)
})

it('a stop that is gone without that proves nothing', () => {
  const stop = makeKnownStop()
  stop.onStoppedByRewind()
  stop.onStopped()
  expect(stop.onRunning(0)).toBe(false)
  expect(stop.isStopped()).toBe(false)
})

it('a local stop lasts, and its first reason counts', () => {
  const stop = makeKnownStop()
  stop.onStopped()
  stop.stopLocally(local)
  stop.stopLocally({ ...local, reason: 'later' })
  expect(stop.onRunning(1)).toBe(false)
  expect(stop.isStopped()).toBe(true)
  expect(stop.local()).toEqual(local)
})

it('an unstored stop is reported until the handler is stopped', () => {
  const stop = makeKnownStop()
  stop.reportUnstored(local)
  expect([stop.isUnstored(), stop.local()]).toEqual([true, local])
  stop.onStoppedByRewind()
  expect([stop.isUnstored(), stop.local()]).toEqual([false, undefined])
})
