import type { HandlerStore } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { InlineProjection, makeHandlerRuntime, makeInlineProjections, Projection } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { right, startRuntime, things, until } from './fixtures.ts'

const definition = {
  name: 'sums',
  from: [things],
  view: t.strict({ sum: t.number, of: t.strict({ name: t.string }) }),
  key: ({ stream }: { readonly stream: string }) => stream,
  project: () => undefined,
} as const

/** A store that records what is declared and created, and answers with `changes`. */
const recordingStore = (
  changes: HandlerStore['createIndexes'] = async () => E.right({ made: ['x'], missing: [], busy: false }),
) => {
  const [declared, asked]: [Array<unknown>, Array<true>] = [[], []]
  const store = makeMemoryStore()
  return {
    declared,
    asked,
    store: {
      ...store,
      declareIndexes: (...input: Parameters<typeof store.declareIndexes>) => {
        declared.push(input)
        return store.declareIndexes(...input)
      },
      createIndexes: () => {
        asked.push(true)
        return changes()
      },
    },
  }
}

const recordingLogger = () => {
  const lines: Array<string> = []
  const line = (message: string) => void lines.push(message)
  return { lines, logger: { debug: () => {}, info: line, warn: line, error: line } }
}

it('a runtime declares the indexes of its projections, and has them created in the background', async () => {
  const { store, declared, asked } = recordingStore()
  const { lines, logger } = recordingLogger()
  const projection = Projection.make({ ...definition, indexes: ['of.name', ['sum', 'of.name']] })
  const runtime = makeHandlerRuntime({
    store,
    handlers: [projection, { ...projection, name: 'none', indexes: [] }],
    logger,
  })
  await startRuntime(runtime)
  await until(() => lines.includes('indexes of views created'))
  expect(declared).toEqual([
    ['sums', [[['of', 'name']], [['sum'], ['of', 'name']]]],
    ['none', []],
  ])
  expect(asked).toHaveLength(1)
  await runtime.stop()
})

it('a runtime continues when its role may not create indexes, and logs what is missing', async () => {
  const { store } = recordingStore(async () =>
    E.right({ made: [], missing: [{ change: 'create index', why: 'not the owner' }], busy: false }),
  )
  const { lines, logger } = recordingLogger()
  const runtime = makeHandlerRuntime({
    store,
    handlers: [Projection.make({ ...definition, indexes: ['sum'] })],
    logger,
  })
  await startRuntime(runtime)
  await until(() => lines.some((line) => line.startsWith('indexes of views are missing')))
  await runtime.stop()
})

it('a store that is away for a while is asked for the indexes again', async () => {
  let calls = 0
  const { store } = recordingStore(async () =>
    ++calls < 3
      ? E.left(storeUnavailable('away', true, undefined))
      : E.right({ made: ['x'], missing: [], busy: false }),
  )
  const { lines, logger } = recordingLogger()
  const runtime = makeHandlerRuntime({
    store,
    handlers: [Projection.make({ ...definition, indexes: ['sum'] })],
    logger,
  })
  await startRuntime(runtime)
  await until(() => lines.includes('indexes of views created'))
  expect(calls).toBe(3)
  await runtime.stop()
})

it('a stop does not wait for an index that is being created', async () => {
  const { store, asked } = recordingStore(() => new Promise(() => {}))
  const runtime = makeHandlerRuntime({ store, handlers: [Projection.make({ ...definition, indexes: ['sum'] })] })
  await startRuntime(runtime)
  await until(() => asked.length > 0)
  await runtime.stop()
})

it('a runtime without projections requests no indexes', async () => {
  const { store, asked, declared } = recordingStore()
  const runtime = makeHandlerRuntime({ store, handlers: [] })
  await startRuntime(runtime)
  await runtime.stop()
  expect([asked, declared]).toEqual([[], []])
})

it('inline projections declare their indexes when they are opened', async () => {
  const { store, declared } = recordingStore()
  const inline = makeInlineProjections({
    store,
    projections: [InlineProjection.make({ ...definition, indexes: ['sum'] })],
  })
  right(await inline.open())
  await until(() => declared.length > 0)
  expect(declared[0]).toEqual(['sums', [[['sum']]]])
})

it('an invalid index is refused when the runtime starts', async () => {
  const odd: ReadonlyArray<unknown> = [
    'sum',
    [7],
    [[]],
    [[7]],
    ['a\u0000'],
    [['a', 'b', 'c', 'd', 'e']],
    Array.from({ length: 17 }, () => 'a'),
  ]
  for (const indexes of odd) {
    const projection = { ...Projection.make(definition), indexes: indexes as never } // On purpose.
    const runtime = makeHandlerRuntime({ store: makeMemoryStore(), handlers: [projection] })
    expect(await runtime.start()).toMatchObject({
      left: { _tag: 'InvalidInput', what: expect.stringMatching(/^indexes.* of sums$/) },
    })
  }
})
