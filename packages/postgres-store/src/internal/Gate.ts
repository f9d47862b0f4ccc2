/** Lets so many through at once, and the others when one of those is done, in the order in which they came. */
export type Gate = <A>(pass: () => Promise<A>) => Promise<A>

export const makeGate = (most: number): Gate => {
  const waiting: Array<() => void> = []
  let passing = 0

  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) passing--
    else next()
  }

  return async (pass) => {
    if (passing < most) passing++
    else await new Promise<void>((enter) => waiting.push(enter))
    try {
      return await pass()
    } finally {
      leave()
    }
  }
}
