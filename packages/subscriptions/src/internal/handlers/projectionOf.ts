import { OptionKind } from '@foldlog/core/store'
import { caseTable, type Typed, wantedBy } from './cases.ts'

type Project = (view: never, event: never, key: string) => unknown

/** The parts of a projection that its types change. */
interface Keyed {
  readonly types?: ReadonlyArray<string> | undefined
  readonly key: (event: never) => string | ReadonlyArray<string>
}

/** The functions of a projection, by type. */
export interface ProjectByType {
  readonly on: { readonly [type: string]: Project | undefined }
}

/** The projection, with no key for events of other types. */
export const withTypes = <P extends Keyed>(projection: P): P => {
  // A JavaScript caller may pass nothing: the runtime says so.
  const { types, key } = Object(projection) as P
  return types === undefined ? projection : { ...projection, key: wantedBy(types, key, []) }
}

/** `types`, `key` and `project` of a projection that has a function for each type. */
export const projectByType = ({ on, key }: ProjectByType & Keyed) => {
  const cases = caseTable('on', OptionKind.pure, on)
  const types = [...cases.keys()]
  // The codec has decoded the event, so it is of the type that the case has.
  const project = (view: never, event: Typed, key: string) => cases.get(event.event.type)?.(view, event as never, key)
  return { types, key: wantedBy(types, key, []), project }
}
