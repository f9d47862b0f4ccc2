import { Boundary, CommandCodec, EventCodec, type EventOf, StreamName, Tag, View } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/** Courses with places for `places` students, and students in at most `mostCourses`. Each event has its own stream. */
export const places = 3
export const mostCourses = 2

export const CourseEvent = EventCodec.make(
  {
    Subscribed: t.strict({ course: t.string, student: t.string }),
    Left: t.strict({ course: t.string, student: t.string }),
  },
  {
    tags: {
      Subscribed: ({ course, student }) => [Tag.of('course', course), Tag.of('student', student)],
      Left: ({ course, student }) => [Tag.of('course', course), Tag.of('student', student)],
    },
  },
)
export type CourseEvent = EventOf<typeof CourseEvent>

export const CourseCommand = CommandCodec.make({
  Subscribe: t.strict({ course: t.string, student: t.string }),
  Leave: t.strict({ course: t.string, student: t.string }),
})

const members = (name: 'course' | 'student', of: 'student' | 'course', id: string) =>
  View.make({
    events: CourseEvent,
    initialState: new Set<string>() as ReadonlySet<string>,
    on: {
      Subscribed: (all, { data }) => new Set([...all, data[of]]),
      Left: (all, { data }) => new Set([...all].filter((one) => one !== data[of])),
    },
    tags: [Tag.of(name, id)],
  })

export type CourseRefusal = 'full' | 'too many courses' | 'already there' | 'not there'

export const subscriptions = Boundary.make({
  commands: CourseCommand,
  events: CourseEvent,
  reads: ({ data: { course, student } }) =>
    View.all({ students: members('course', 'student', course), courses: members('student', 'course', student) }),
  decide: ({ type, data }, { students, courses }): E.Either<CourseRefusal, ReadonlyArray<CourseEvent>> => {
    if (type === 'Leave') return students.has(data.student) ? E.right([{ type: 'Left', data }]) : E.left('not there')
    if (students.has(data.student)) return E.left('already there')
    if (students.size >= places) return E.left('full')
    return courses.size >= mostCourses ? E.left('too many courses') : E.right([{ type: 'Subscribed', data }])
  },
  stream: ({ data: { course, student } }) => StreamName.make('subscription', `${course}-${student}`),
})

export const subscribe = (student: string, course: string) =>
  ({ type: 'Subscribe', data: { course, student } }) as const
export const leave = (student: string, course: string) => ({ type: 'Leave', data: { course, student } }) as const
