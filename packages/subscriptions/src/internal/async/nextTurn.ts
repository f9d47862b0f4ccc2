import { nodeModule } from '@foldlog/core/store'
import { functionOf } from './functionOf.ts'

type Schedule = (callback: () => void) => void

// Taken when this file is loaded, and of the module rather than the global one: fake timers of Jest replace the global
// one, those of Vitest both, and work that is due now must not wait for a test that advances the time.
const setImmediate = /* @__PURE__ */ functionOf<Schedule>(/* @__PURE__ */ nodeModule('node:timers'), 'setImmediate')
const { setTimeout } = globalThis

/** One port calls the callbacks of a turn, in their order. */
const byMessages = (): Schedule => {
  const { port1, port2 } = new MessageChannel()
  let waiting: Array<() => void> = []
  const callAll = (): void => {
    const due = waiting
    waiting = []
    for (const callback of due) callback()
  }
  // The types of Node have no `onmessage`, which browsers and Node have.
  Object.assign(port1, { onmessage: callAll })
  return (callback) => {
    waiting.push(callback)
    if (waiting.length === 1) port2.postMessage(undefined)
  }
}

const make = (): Schedule => {
  if (setImmediate !== undefined) return setImmediate
  // Browsers delay nested timers of 0 ms by 4 ms, and those of a hidden tab by a second.
  return typeof MessageChannel === 'function' ? byMessages() : (callback) => setTimeout(callback, 0)
}

let schedule: Schedule | undefined

/**
 * Calls back at the end of this turn of the event loop, after what is ready already. A delay is another matter: it uses
 * the timers that the program has at that moment, so that a test with fake timers decides when it ends.
 */
export const nextTurn = (callback: () => void): void => {
  schedule ??= make()
  schedule(callback)
}
