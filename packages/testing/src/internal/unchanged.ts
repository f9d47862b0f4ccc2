import { detectChanges } from './deepFreeze.ts'
import { describeDifference } from './differences.ts'

/** Runs a function that must not change this value in place: the runtime may use the value again. */
export const unchanged = <A>(name: string, value: unknown, run: () => A): A => {
  const changes = detectChanges(value, name)
  const result = run()
  const [change] = changes()
  if (change !== undefined) throw new Error(`it is changed in place: ${describeDifference(change)}`)
  return result
}
