import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { appendOne } from './fixtures.ts'
import { law } from './handlerLaw.ts'

export const tail = groupOf('the end of the log', [
  law('the end is at 0 for an empty log, and then at the last position', async ({ store }) => {
    expectEqual(await right(store.settledPosition), 0, 'the head of an empty log')
    const position = await appendOne(store)
    expectEqual(await right(store.settledPosition), position, 'the head')
  }),

  law('an append wakes every listener, and a listener can read the append then', async ({ store, until }) => {
    const heads: Array<number> = []
    let calls = 0
    const listener = () => {
      calls++
    }
    const ends = [
      store.onAppend(
        () => void store.settledPosition().then((head) => head._tag === 'Right' && heads.push(head.right)),
      ),
      store.onAppend(listener),
      store.onAppend(listener),
    ]
    const position = await appendOne(store)
    await until('all are notified of the append, and one has read it', () => heads.includes(position) && calls >= 2)
    for (const end of ends) end()
  }),

  law('a removed listener is not called, though one function may listen twice', async ({ store, until }) => {
    let [stopped, going] = [0, 0]
    const listener = () => {
      stopped++
    }
    const [endFirst, endSecond] = [store.onAppend(listener), store.onAppend(listener)]
    const end = store.onAppend(() => {
      going++
    })
    endFirst()
    endFirst()
    await appendOne(store)
    await until('the second listener is notified of the append', () => stopped > 0)
    endSecond()
    const [heard, reported] = [stopped, going]
    await appendOne(store)
    await until('the remaining listener is notified of the append', () => going > reported)
    expectEqual(stopped, heard, 'how often the one that stopped was called')
    end()
  }),
])
