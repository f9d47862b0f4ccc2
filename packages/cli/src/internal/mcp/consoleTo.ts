import { Console } from 'node:console'

/** Sends what is written to the console to a stream, and returns the function that takes this back. */
export const consoleTo = (stream: NodeJS.WritableStream): (() => void) => {
  const before = { ...console }
  Object.assign(console, new Console(stream, stream))
  return () => {
    Object.assign(console, before)
  }
}
