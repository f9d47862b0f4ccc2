import { describe, expect, it } from '@jest/globals'
import { makeNotifier } from '../src/internal/notifications/Notifier.ts'

describe('notifications', () => {
  it('are sent at once when none was sent before', () => {
    let sent = 0
    const { notify: appended } = makeNotifier(async () => {
      sent++
      return 0
    }, 5)
    appended()
    expect(sent).toBe(1)
  })

  it('are at most one in each interval, however frequent the appends are', async () => {
    let sent = 0
    const { notify: appended, stop } = makeNotifier(async () => {
      sent++
      return 0
    }, 20)
    const from = Date.now()
    while (Date.now() < from + 200) {
      appended()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await stop()
    // The timers of Node may be a millisecond early.
    expect(sent).toBeLessThanOrEqual((Date.now() - from) / 19 + 2)
    expect(sent).toBeGreaterThan(1)
  })

  it('are rarer when a single caller waits for them, who loses a sixtieth of its time', async () => {
    let sent = 0
    const { notify: appended, stop } = makeNotifier(async () => {
      sent++
      return 3
    }, 1)
    const from = Date.now()
    while (Date.now() < from + 300) {
      appended()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await stop()
    expect(sent).toBeLessThanOrEqual((Date.now() - from) / 179 + 2)
  })

  it('include appends during the previous one, also when that fails', async () => {
    const ends: Array<() => void> = []
    const { notify: appended, stop } = makeNotifier(
      () => new Promise<number>((_, reject) => ends.push(() => reject(new Error()))),
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
