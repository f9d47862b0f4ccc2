import { describe, expect, it } from '@jest/globals'
import { makeStatementTurns } from '../src/internal/client/StatementTurns.ts'

/** A statement that is answered on demand. */
const openStatement = () => {
  const statement = {
    sent: false,
    answer: () => {},
    run: () => {
      statement.sent = true
      return new Promise<void>((resolve) => {
        statement.answer = resolve
      })
    },
  }
  return statement
}

/** Milliseconds that no test takes. */
const long = 60_000

describe('a secondary statement', () => {
  it('is sent at once when no other is under way, and the next ones wait for its answer', async () => {
    const turns = makeStatementTurns({ delay: long, patience: long })
    const secondary = openStatement()
    const answered = turns.runBetween(secondary.run)
    expect(secondary.sent).toBe(true)
    const waiting = turns.secondary()
    expect(waiting).toBeDefined()
    secondary.answer()
    expect(await answered).toBeGreaterThan(0)
    await waiting
    expect(turns.secondary()).toBeUndefined()
  })

  it('waits for the only one under way, and is sent before its caller has the answer', () => {
    const turns = makeStatementTurns({ delay: long, patience: long })
    const secondary = openStatement()
    turns.begin()
    void turns.runBetween(secondary.run)
    expect([secondary.sent, turns.secondary()]).toEqual([false, undefined])
    turns.end()
    expect(secondary.sent).toBe(true)
    expect(turns.secondary()).toBeDefined()
    secondary.answer()
  })

  it('is sent at once beside several, and nothing waits for it', () => {
    const turns = makeStatementTurns({ delay: long, patience: long })
    const secondary = openStatement()
    turns.begin()
    turns.begin()
    void turns.runBetween(secondary.run)
    expect([secondary.sent, turns.secondary()]).toEqual([true, undefined])
    secondary.answer()
  })

  it('does not wait when another caller comes, and nothing waits for it', () => {
    const turns = makeStatementTurns({ delay: long, patience: long })
    const secondary = openStatement()
    turns.begin()
    void turns.runBetween(secondary.run)
    turns.begin()
    expect([secondary.sent, turns.secondary()]).toEqual([true, undefined])
    secondary.answer()
  })

  it('waits no longer than the delay, and then nothing waits for it', async () => {
    const turns = makeStatementTurns({ delay: 1, patience: long })
    turns.begin()
    expect(await turns.runBetween(async () => {})).toBe(0)
    expect(turns.secondary()).toBeUndefined()
  })

  it('keeps others waiting no longer than the patience', async () => {
    const turns = makeStatementTurns({ delay: long, patience: 1 })
    const secondary = openStatement()
    void turns.runBetween(secondary.run)
    await turns.secondary()
    expect(turns.secondary()).toBeUndefined()
    secondary.answer()
  })

  it('that fails fails for its sender alone', async () => {
    const turns = makeStatementTurns({ delay: long, patience: long })
    const failed = turns.runBetween(() => Promise.reject(new Error('gone')))
    await turns.secondary()
    await expect(failed).rejects.toThrow('gone')
    expect(turns.secondary()).toBeUndefined()
  })
})
