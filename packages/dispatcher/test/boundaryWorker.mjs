// A process with its own dispatcher, for boundaryProcesses.slow.test.ts: it subscribes students to courses and takes
// them away again, many times, and reports the outcomes. Plain JavaScript on the built packages, because Node 20 runs
// no TypeScript.
import { Boundary, CommandCodec, EventCodec, StreamName, Tag, View } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'

const [url, schema, count, inFlight, prefix] = process.argv.slice(2)
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

const sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })
const store = makePostgresStore({ sql, schema })
const { dispatch, stop } = makeDispatcher({ store, aggregates: [], decisions: [subscriptions] })

let next = 0
const results = []
const work = async () => {
  while (next < Number(count)) {
    const n = next++
    const data = { course: `c${n % 4}`, student: `s${(n * 7) % 9}` }
    // 36 pairs, and no common divisor with 5: each is subscribed and left in turn.
    const command = { type: n % 5 > 2 ? 'Leave' : 'Subscribe', data }
    results.push(await dispatch(command, { commandId: `${prefix}-${n}` })())
  }
}

// All workers start together, on a signal.
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
await Promise.all(Array.from({ length: Number(inFlight) }, work))
await stop()
await store.stop()
await sql.end()
process.stdin.destroy()

const done = results.filter(E.isRight)
process.stdout.write(
  `${JSON.stringify({
    firsts: done.filter(({ right }) => !right.duplicate).length,
    duplicates: done.filter(({ right }) => right.duplicate).length,
    refused: results.filter((one) => E.isLeft(one) && typeof one.left === 'string').length,
    failed: results.flatMap((one) => (E.isLeft(one) && typeof one.left !== 'string' ? [one.left] : [])),
  })}\n`,
)
