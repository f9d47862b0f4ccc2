import { makeMemoryStore } from '@foldlog/memory-store'
import {
  boundaryLaws,
  checkLaws,
  describeLaws,
  type HandlerStoreLawSetup,
  handlerStoreLaws,
  type Law,
  type StoreCapability,
  type StoreLawSetup,
  skippedLaws,
  storeCapabilities,
  storeLaws,
} from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'

const names = (laws: ReadonlyArray<{ readonly group: string; readonly name: string }>) =>
  laws.map(({ group, name }) => `${group}: ${name}`)

const noStore = async () => {
  throw new Error('nothing is run here')
}

const everyCapability = Object.keys(storeCapabilities).map((name) => name as StoreCapability) // Its own keys.

describe('the laws of a store', () => {
  it('are all run against a store that declines nothing', () => {
    expect(skippedLaws(storeLaws, {})).toEqual([])
    expect(storeLaws.length).toBeGreaterThan(120)
  })

  it.each(everyCapability)('are fewer, and each skipped one is listed, for a store without %s', (capability) => {
    // No law of event stores is about these.
    const laws: ReadonlyArray<Law<StoreLawSetup & HandlerStoreLawSetup>> =
      capability === 'openAppends' || capability === 'inspection'
        ? handlerStoreLaws
        : capability === 'conditions' || capability === 'taggings'
          ? boundaryLaws
          : storeLaws
    const options = { capabilities: { [capability]: false } }
    const left = skippedLaws(laws, options)
    expect(left).not.toEqual([])
    for (const { why } of left) expect(why).toContain(`${capability} (${storeCapabilities[capability]})`)
    const held: Array<string> = []
    const runner = {
      describe: (_: string, body: () => void) => body(),
      it: Object.assign((name: string) => held.push(name), { skip: () => {} }),
    }
    describeLaws(runner, 'a store', laws, { makeStore: noStore, ...options })
    expect([...held, ...left.map(({ name }) => name)].sort()).toEqual(laws.map(({ name }) => name).sort())
  })

  it('fail clearly for a store that claims a capability and lacks its function', async () => {
    const { findEvents, ...store } = makeMemoryStore()
    expect(findEvents).toBeDefined()
    const [law] = storeLaws.filter(({ group }) => group === 'findEvents')
    await expect(law?.run({ makeStore: async () => ({ store }) })).rejects.toThrow(
      '{ capabilities: { findEvents: false } }',
    )
  })

  it('fail for a store that claims rewinds and has no way to make its log go back', async () => {
    const [law] = storeLaws.filter(({ group }) => group === 'rewinds')
    await expect(law?.run({ makeStore: async () => ({ store: makeMemoryStore() }) })).rejects.toThrow('rewinds: false')
  })

  it('are fewer for a handler store without rewinds, and each skipped one is listed', async () => {
    const makeStore = async () => ({ store: makeMemoryStore() })
    const setup = { makeStore, capabilities: { rewinds: false } }
    const histories = handlerStoreLaws.filter(({ group }) => group === 'histories')
    const left = skippedLaws(handlerStoreLaws, setup)
    expect(left.map(({ why }) => why)).toContain(`the store does not claim rewinds (${storeCapabilities.rewinds})`)
    expect(skippedLaws(handlerStoreLaws, {})).toEqual([])
    const { kept, broken, skipped } = await checkLaws(histories, setup)()
    expect(broken).toEqual([])
    expect([...names(kept), ...names(skipped)].sort()).toEqual(names(histories).sort())
    const [late] = histories.filter((law) => names(left).includes(`histories: ${law.name}`))
    await expect(late?.run(setup)).rejects.toThrow('rewinds: false')
  })

  it('fail for a handler store that claims open appends and leaves none open', async () => {
    const laws = handlerStoreLaws.filter(({ group, name }) => group === 'open appends' && name.startsWith('an open'))
    const { openAppends: _, ...without } = makeMemoryStore()
    const [none] = handlerStoreLaws.filter(({ group }) => group === 'open appends')
    expect(laws.length).toBe(1)
    for (const [law, store] of [[laws[0], makeMemoryStore()] as const, [none, without] as const])
      await expect(law?.run({ makeStore: async () => ({ store }) })).rejects.toThrow('openAppends: false')
  })

  it('stop and close each store that they create, even when they fail, and report the first failure', async () => {
    const ended: Array<string> = []
    const makeStore = (works: boolean) => async () => ({
      store: {
        ...makeMemoryStore(),
        ...(works
          ? {}
          : {
              readLog: () => async () => {
                throw new Error('first failure')
              },
            }),
        stop: async () => {
          ended.push('stop')
        },
      },
      close: async () => {
        ended.push('close')
        if (!works) throw new Error('second failure')
      },
    })
    const numbered = storeLaws.find(({ name }) => name.startsWith('append returns the positions'))
    await numbered?.run({ makeStore: makeStore(true) })
    await expect(numbered?.run({ makeStore: makeStore(false) })).rejects.toThrow('first failure')
    expect(ended).toEqual(['stop', 'stop', 'close', 'stop', 'stop', 'close'])
  })

  it('find the same failure again with the same seed, and report a small value', async () => {
    const makeStore = async () => {
      const store = makeMemoryStore()
      return {
        store: {
          ...store,
          streamInfo: store.streamInfo,
          findEvents: () => async () => ({ _tag: 'Right' as const, right: [] }),
        },
      }
    }
    const fail = async () => {
      const laws = storeLaws.filter(({ name }) => name.startsWith('operations one after another'))
      try {
        await laws[0]?.run({ makeStore, seed: 7 })
      } catch (error) {
        return String(Reflect.get(Object(error), 'message'))
          .replace(/recordedAt[^,]*/g, '')
          .replace(/\d{4}-\d\d-\d\dT[^"]*/g, 'then')
      }
      return 'nothing failed'
    }
    const reported = await fail()
    expect(reported).toMatch(/seed: 7/)
    expect(await fail()).toBe(reported)
    // An append, and a search for its event; perhaps one more step that fast-check could not remove.
    expect(reported).toMatch(/\n {2}1\. append to [^\n]*\n {2}2\. findEvents [^\n]*\n( {2}3[^\n]*\n)?\(run/)
  })

  it('are tests of a runner: the skipped ones are skipped there, with the reason', () => {
    const said: Array<string> = []
    const run = (name: string) => said.push(name)
    const runner = {
      describe: (name: string, body: () => void) => [run(name), body()],
      it: Object.assign(run, { skip: (name: string) => run(`skip ${name}`) }),
    }
    describeLaws(runner, 'a store', storeLaws, { makeStore: noStore, capabilities: { stop: false } })
    expect(said.slice(0, 3)).toEqual([
      'a store',
      'append',
      'the expected version decides an append to a missing stream',
    ])
    expect(said).toContain(
      'skip stop: a stopped store still refuses bad input as bad input (skipped: the store does not claim stop (can be stopped))',
    )
    expect(said.filter((one) => one.startsWith('skip'))).toHaveLength(5)
  })
})
