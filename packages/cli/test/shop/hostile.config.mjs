// A domain whose data tries to steer the terminal: as the key of views and processes, as a timer, in errors.
import { Aggregate, CommandCodec, EventCodec } from '@foldlog/core'
import { ProcessManager, Projection, Reaction } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

export const hostile =
  '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u202Eevil\u2066x\u2028y\u009b1m\u0085z\u061C\r\nproblem: forged'

export const note = Aggregate.make({
  category: 'note',
  commands: CommandCodec.make({ Write: t.strict({ note: t.string }) }),
  events: EventCodec.make({ Written: t.strict({ text: t.string }), Refused: t.strict({ text: t.string }) }),
  id: ({ data }) => data.note,
  decider: {
    initialState: {},
    evolve: (state, { data }) => ({ ...state, [data.text]: data.text }),
    decide: () => E.left(hostile),
  },
})

export const notes = Projection.make({
  name: 'notes\u202E',
  from: [note],
  view: t.UnknownRecord,
  key: ({ event }) => event.data.text,
  project: (_, { event }) => {
    if (event.type === 'Refused') throw new Error(event.data.text)
    return { [event.data.text]: event.data.text }
  },
})

export const wakings = ProcessManager.make({
  name: 'wakings',
  from: [note],
  start: 'origin',
  state: t.string,
  initialState: '',
  key: ({ event }) => (event.type === 'Written' ? event.data.text : undefined),
  evolve: (state) => state,
  react: () => [Reaction.schedule(hostile, new Date('2100-01-01T00:00:00Z'))],
})

export default { title: hostile, aggregates: [note], handlers: [notes, wakings] }
