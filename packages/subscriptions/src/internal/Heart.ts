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
  readonly stop: () => Promise<void>
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
  /** Until when leases are surely ours, by our own clock: a lease begins when the store is reached, which is not before it was asked. */
  let safeUntil = 0

  const beat = async (): Promise<void> => {
    const all = members()
    if (all.length === 0) return
    const asked = performance.now()
    const answers = await ask(store.heartbeat(all.map((one) => one.beat(member, leaseTime))))
    if (E.isRight(answers)) {
      safeUntil = asked + leaseTime
      for (const [i, one] of all.entries()) {
        const answer = answers.right[i]
        if (answer !== undefined) one.answered(answer)
      }
    } else logger.warn('a heartbeat did not come through', { member, why: answers.left })
    for (const one of all) one.suspend(performance.now() > safeUntil)
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
    stop: async () => {
      stopped = true
      bell.ring()
      await running
    },
  }
}
