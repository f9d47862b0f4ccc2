/** The requested action of a timer: it is due at another time, in milliseconds since 1970, or at once. */
const move = (at: Date): string => `move ${at.getTime()}`

const fire = 'fire'

/** When a timer with this requested action is due; `undefined` without such an action. */
const timeOf = (action: string | null, now: number): number | undefined => {
  if (action === fire) return now
  const [, at] = /^move (-?\d{1,16})$/.exec(action ?? '') ?? []
  return at === undefined ? undefined : Number(at)
}

export const TimerAction = { move, fire, timeOf } as const
