import { EventEmitter, setMaxListeners } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { afterAll, describe, expect, it } from '@jest/globals'
import { build } from 'esbuild'
import { book, makeApplication } from './portableApplication.ts'

const entry = fileURLToPath(new URL('./portableApplication.ts', import.meta.url))

/** The application as one script for a browser. Names of Node's modules are errors of the bundler. */
const bundle = async (): Promise<string> => {
  const { outputFiles, warnings } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'browser',
    conditions: ['@foldlog/source'],
    format: 'iife',
    globalName: 'application',
    write: false,
    logLevel: 'silent',
  })
  expect(warnings).toEqual([])
  return outputFiles[0]?.text ?? ''
}

// Browsers warn of no number of listeners. The limit is that of the whole process, which runs other suites after this.
const { defaultMaxListeners } = EventEmitter
setMaxListeners(0)
afterAll(() => {
  setMaxListeners(defaultMaxListeners)
})

const channels: Array<ClosableChannel> = []

afterAll(() => {
  // Those of Node keep its process alive.
  for (const { port1 } of channels) port1.close()
})

class ClosableChannel extends MessageChannel {
  constructor() {
    super()
    channels.push(this)
  }
}

/** What every browser has, and no more: no `process`, no `Buffer`, no `setImmediate`, no `require`. */
const webGlobals = () => ({
  AbortController,
  AbortSignal,
  MessageChannel: ClosableChannel,
  clearInterval,
  clearTimeout,
  performance,
  setInterval,
  setTimeout,
})

const runInBrowser = async (globals: object): Promise<unknown> => {
  const context = createContext(globals)
  runInContext(await bundle(), context)
  const script = `(async () => {
    const made = application.makeApplication()
    const booked = await application.book(made)
    await made.runtime.stop()
    await made.dispatcher.stop()
    return JSON.stringify(booked)
  })()`
  return JSON.parse(await runInContext(script, context))
}

describe('a whole application on the memory store', () => {
  it('does in a browser what it does on Node, with the same ids', async () => {
    const made = makeApplication()
    const onNode = await book(made)
    await made.runtime.stop()
    expect(onNode.ids).toHaveLength(2)
    expect(onNode.refused).toEqual([{ _tag: 'Taken' }])
    expect(await runInBrowser(webGlobals())).toEqual(JSON.parse(JSON.stringify(onNode)))
  })

  it('needs no message channel', async () => {
    const { MessageChannel: _, ...others } = webGlobals()
    expect(await runInBrowser(others)).toMatchObject({ refused: [{ _tag: 'Taken' }] })
  })
})
