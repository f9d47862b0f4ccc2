/** A bound on the work in progress. It has one waiter at a time. */
export interface Semaphore {
  readonly acquire: () => Promise<void>
  readonly release: () => void
  readonly idle: () => Promise<void>
}

export const makeSemaphore = (limit: number): Semaphore => {
  let taken = 0
  let wake = (): void => {}
  const until = async (enough: () => boolean): Promise<void> => {
    while (!enough()) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return {
    acquire: async () => {
      await until(() => taken < limit)
      taken++
    },
    release: () => {
      taken--
      wake()
    },
    idle: () => until(() => taken === 0),
  }
}
