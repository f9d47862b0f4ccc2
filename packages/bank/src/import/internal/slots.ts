/** A bound on what is under way. One asks at a time. */
export interface Slots {
  readonly take: () => Promise<void>
  readonly give: () => void
  readonly allFree: () => Promise<void>
}

export const makeSlots = (limit: number): Slots => {
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
    take: async () => {
      await until(() => taken < limit)
      taken++
    },
    give: () => {
      taken--
      wake()
    },
    allFree: () => until(() => taken === 0),
  }
}
