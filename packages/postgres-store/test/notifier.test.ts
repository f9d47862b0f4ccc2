import { describe, expect, it } from '@jest/globals'
import { makeNotifier } from '../src/internal/notifications/Notifier.ts'

describe('announcements', () => {
  it('are told at once when nothing was told before', () => {
    let told = 0
    const { notify: appended } = makeNotifier(async () => {
      told++
    }, 5)
    appended()
    expect(told).toBe(1)
  })

  it('are no more than one in each interval, however often something is appended', async () => {
    let told = 0
    const { notify: appended, stop } = makeNotifier(async () => {
      told++
    }, 20)
    const from = Date.now()
    while (Date.now() < from + 200) {
      appended()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await stop()
    // The timers of Node may be a millisecond early.
    expect(told).toBeLessThanOrEqual((Date.now() - from) / 19 + 2)
    expect(told).toBeGreaterThan(1)
  })

  it('tell what was appended while the last one was under way, also when that fails', async () => {
    const ends: Array<() => void> = []
    const { notify: appended, stop } = makeNotifier(
      () => new Promise((_, reject) => ends.push(() => reject(new Error()))),
      1,
    )
    appended()
    appended()
    expect(ends).toHaveLength(1)
    ends[0]?.()
    const stopped = stop()
    while (ends.length < 2) await new Promise((resolve) => setImmediate(resolve))
    ends[1]?.()
    await stopped
    expect(ends).toHaveLength(2)
  })
})
