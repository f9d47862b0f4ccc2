// For boundaryProcesses.slow.test.ts: subscribes students to courses and takes them away again, many times.
import { Boundary, CommandCodec, EventCodec, StreamName, Tag, View } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { runWorker } from './runWorker.mjs'

const [places, mostCourses] = [3, 2]

const both = t.strict({ course: t.string, student: t.string })
const tags = ({ course, student }) => [Tag.of('course', course), Tag.of('student', student)]
const events = EventCodec.make({ Subscribed: both, Left: both }, { tags: { Subscribed: tags, Left: tags } })

const members = (name, of, id) =>
  View.make({
    events,
    initialState: new Set(),
    on: {
      Subscribed: (all, { data }) => new Set([...all, data[of]]),
      Left: (all, { data }) => new Set([...all].filter((one) => one !== data[of])),
    },
    tags: [Tag.of(name, id)],
  })

const subscriptions = Boundary.make({
  commands: CommandCodec.make({ Subscribe: both, Leave: both }),
  events,
  reads: ({ data: { course, student } }) =>
    View.all({ students: members('course', 'student', course), courses: members('student', 'course', student) }),
  decide: ({ type, data }, { students, courses }) => {
    if (type === 'Leave') return students.has(data.student) ? E.right([{ type: 'Left', data }]) : E.left('not there')
    if (students.has(data.student)) return E.left('already there')
    if (students.size >= places) return E.left('full')
    return courses.size >= mostCourses ? E.left('too many courses') : E.right([{ type: 'Subscribed', data }])
  },
  stream: ({ data: { course, student } }) => StreamName.make('subscription', `${course}-${student}`),
})

await runWorker({ aggregates: [], decisions: [subscriptions] }, (n) => {
  const data = { course: `c${n % 4}`, student: `s${(n * 7) % 9}` }
  // 36 pairs, and no common divisor with 5: each is subscribed and left in turn.
  return { type: n % 5 > 2 ? 'Leave' : 'Subscribe', data }
})
