// The same shop, with an event whose codec has no JSON Schema.
import { Aggregate, EventCodec } from '@foldlog/core'
import * as t from 'io-ts'
import shop from './foldlog.config.mjs'

const anything = new t.Type('Anything', () => true, t.success, t.identity)

const box = Aggregate.make({
  category: 'box',
  commands: ['Pack'],
  events: EventCodec.make({ Packed: anything }),
  id: () => '1',
  decider: { initialState: 0, evolve: (state) => state, decide: () => ({ _tag: 'Right', right: [] }) },
})

export default { ...shop, aggregates: [...shop.aggregates, box] }
