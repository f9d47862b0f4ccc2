import {
  Aggregate,
  Boundary,
  CommandCodec,
  EventCodec,
  type EventOf,
  JointDecision,
  StreamName,
  Tag,
  View,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/**
 * A domain whose rules are decided in three ways, on the same streams: a course has at most `places` students and a
 * student at most `mostCourses` courses (a boundary); a course with students is not closed (an aggregate); a course is
 * closed in favour of another only while that one is open, and it is only checked (a joint decision). A closed course
 * takes nobody: what the aggregate decides refuses the boundary, and the other way round.
 */
export const places = 2
export const mostCourses = 2

const both = t.strict({ course: t.string, student: t.string })
const alone = t.strict({ course: t.string })
const tagsOfBoth = ({ course, student }: t.TypeOf<typeof both>) => [
  Tag.of('course', course),
  Tag.of('student', student),
]
const tagsOfCourse = ({ course }: t.TypeOf<typeof alone>) => [Tag.of('course', course)]

export const SchoolEvent = EventCodec.make(
  { Subscribed: both, Left: both, Closed: alone, Reopened: alone },
  { tags: { Subscribed: tagsOfBoth, Left: tagsOfBoth, Closed: tagsOfCourse, Reopened: tagsOfCourse } },
)
export type SchoolEvent = EventOf<typeof SchoolEvent>

export interface Course {
  readonly closed: boolean
  readonly students: ReadonlyArray<string>
}

export const newCourse: Course = { closed: false, students: [] }

export const evolveCourse = (state: Course, event: SchoolEvent): Course => {
  switch (event.type) {
    case 'Subscribed':
      return { ...state, students: [...state.students, event.data.student] }
    case 'Left':
      return { ...state, students: state.students.filter((one) => one !== event.data.student) }
    default:
      return { ...state, closed: event.type === 'Closed' }
  }
}

export type SchoolRefusal =
  | 'closed'
  | 'open'
  | 'not empty'
  | 'full'
  | 'too many courses'
  | 'already there'
  | 'not there'
type Verdict = E.Either<SchoolRefusal, ReadonlyArray<SchoolEvent>>

const CourseCommand = CommandCodec.make({ Close: alone, Reopen: alone })
const MergeCommand = CommandCodec.make({ Merge: t.strict({ from: t.string, into: t.string }) })
const StudentCommand = CommandCodec.make({ Subscribe: both, Leave: both })

const close = (course: string): SchoolEvent => ({ type: 'Closed', data: { course } })

const decideCourse = (type: 'Close' | 'Reopen', course: string, { closed, students }: Course): Verdict => {
  if (type === 'Reopen') return closed ? E.right([{ type: 'Reopened', data: { course } }]) : E.left('open')
  if (closed) return E.left('closed')
  return students.length > 0 ? E.left('not empty') : E.right([close(course)])
}

const decideMerge = (course: string, from: Course, into: Course): Verdict => {
  if (from.closed || into.closed) return E.left('closed')
  return from.students.length > 0 ? E.left('not empty') : E.right([close(course)])
}

const decideStudent = (
  type: 'Subscribe' | 'Leave',
  data: t.TypeOf<typeof both>,
  { closed, students }: Course,
  courses: number,
): Verdict => {
  const isThere = students.includes(data.student)
  if (type === 'Leave') return isThere ? E.right([{ type: 'Left', data }]) : E.left('not there')
  if (closed) return E.left('closed')
  if (isThere) return E.left('already there')
  if (students.length >= places) return E.left('full')
  return courses >= mostCourses ? E.left('too many courses') : E.right([{ type: 'Subscribed', data }])
}

export const course = Aggregate.make({
  category: 'course',
  commands: CourseCommand,
  id: ({ data }) => data.course,
  events: SchoolEvent,
  decider: {
    initialState: newCourse,
    evolve: evolveCourse,
    decide: ({ type, data }, state) => decideCourse(type, data.course, state),
  },
})

const pair = { from: course, into: course }

export const merge = JointDecision.make({
  aggregates: pair,
  commands: MergeCommand,
  ids: ({ data }) => data,
  decide: ({ data }, { from, into }) =>
    E.map((events: ReadonlyArray<SchoolEvent>) => ({ from: events }))(decideMerge(data.from, from, into)),
})

const courseOf = (id: string) =>
  View.make({
    events: SchoolEvent,
    initialState: newCourse,
    on: { Subscribed: evolveCourse, Left: evolveCourse, Closed: evolveCourse, Reopened: evolveCourse },
    tags: [Tag.of('course', id)],
  })

const coursesOf = (student: string) =>
  View.make({
    events: SchoolEvent,
    initialState: 0,
    on: { Subscribed: (count) => count + 1, Left: (count) => count - 1 },
    tags: [Tag.of('student', student)],
  })

/** Its events are in the streams of the aggregate. */
export const attendance = Boundary.make({
  commands: StudentCommand,
  events: SchoolEvent,
  reads: ({ data }) => View.all({ own: courseOf(data.course), courses: coursesOf(data.student) }),
  decide: ({ type, data }, { own, courses }) => decideStudent(type, data, own, courses),
  stream: ({ data }) => StreamName.make('course', data.course),
})

export type SchoolCommand =
  | { readonly type: 'Close' | 'Reopen'; readonly data: { readonly course: string } }
  | { readonly type: 'Merge'; readonly data: { readonly from: string; readonly into: string } }
  | { readonly type: 'Subscribe' | 'Leave'; readonly data: { readonly course: string; readonly student: string } }

/** All courses: the state of the model, which does one command after another. */
export type School = ReadonlyMap<string, Course>

export const decideSchool = (command: SchoolCommand, school: School): Verdict => {
  const of = (id: string): Course => school.get(id) ?? newCourse
  switch (command.type) {
    case 'Close':
    case 'Reopen':
      return decideCourse(command.type, command.data.course, of(command.data.course))
    case 'Merge':
      return decideMerge(command.data.from, of(command.data.from), of(command.data.into))
    default: {
      const { course: id, student } = command.data
      const courses = [...school.values()].filter(({ students }) => students.includes(student)).length
      return decideStudent(command.type, command.data, of(id), courses)
    }
  }
}

export const evolveSchool = (school: School, event: SchoolEvent): School =>
  new Map([...school, [event.data.course, evolveCourse(school.get(event.data.course) ?? newCourse, event)]])
