import type { HandlerStore, Logger } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { ask } from './asking.ts'
import { makeBell } from './Bell.ts'
import type { Member } from './Member.ts'

/** Says that this process lives, for all of its handlers in one statement, three times in the time of a lease. */
export interface Heart {
  /** `rest` is what else is to be done with every beat. */
  readonly start: (rest: () => Promise<void>) => void
  readonly hurry: () => void
  /** Whether all leases are surely ours: a heartbeat came through within the time of a lease. */
  readonly safe: () => boolean
  /** Ends the beats. What is held is held until it expires, or is given up. */
  readonly stop: () => Promise<void>
  /** Says that this process leaves, so that the others need not wait for it to be forgotten. */
  readonly leave: (members: ReadonlyArray<Member>) => Promise<void>
}

export interface HeartOptions {
  readonly store: Pick<HandlerStore, 'heartbeat'>
  readonly member: string
  readonly leaseTime: number
  readonly members: () => ReadonlyArray<Member>
  readonly logger: Logger
}

export const makeHeart = ({ store, member, leaseTime, members, logger }: HeartOptions): Heart => {
  const bell = makeBell()
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  /**
   * Until when leases are surely ours, by a clock that does not jump, and goes on while the process is paused: a lease begins when the store is reached, which
   * is not before it was asked.
   */
  let safeUntil = 0

  const beat = async (): Promise<void> => {
    const all = members()
    if (all.length === 0) return
    const asked = performance.now()
    const answers = await ask(store.heartbeat(all.map((one) => one.beat(member, leaseTime))))
    if (E.isLeft(answers)) return logger.warn('a heartbeat did not come through', { member, why: answers.left })
    safeUntil = asked + leaseTime
    for (const [i, one] of all.entries()) {
      const answer = answers.right[i]
      if (answer !== undefined) one.answered(answer)
    }
  }

  const run = async (rest: () => Promise<void>): Promise<void> => {
    while (!stopped) {
      await beat()
      if (stopped) return
      await rest()
      if (stopped) return
      await bell.wait(leaseTime / 3)
    }
  }

  return {
    start: (rest) => {
      running = run(rest)
    },
    hurry: bell.ring,
    safe: () => performance.now() < safeUntil,
    stop: async () => {
      stopped = true
      bell.ring()
      await running
    },
    leave: async (all) => {
      // Before the first beat nobody has heard of us.
      if (all.length === 0 || safeUntil === 0) return
      const left = await ask(store.heartbeat(all.map((one) => ({ ...one.beat(member, leaseTime), capacity: 0 }))))
      if (E.isLeft(left)) logger.warn('nobody heard that this process leaves; its leases will expire', { member })
    },
  }
}
