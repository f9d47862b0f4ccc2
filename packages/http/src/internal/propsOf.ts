import type * as t from 'io-ts'

/** The fields of a record codec, and which of them may be absent. */
export interface Props {
  readonly required: Readonly<Record<string, t.Mixed>>
  readonly optional: Readonly<Record<string, t.Mixed>>
}

/** The properties of io-ts codecs that their fields need. The `_tag` determines which of them exist. */
interface CodecParts {
  readonly _tag?: string
  readonly type?: t.Mixed
  readonly types?: ReadonlyArray<t.Mixed>
  readonly props?: Readonly<Record<string, t.Mixed>>
}

/** The fields of `t.strict`, `t.type`, `t.partial`, and of intersections of them; nothing for another codec. */
export const propsOf = (codec: t.Mixed): Props | undefined => {
  // The tag of an io-ts codec determines its parts.
  const { _tag, type, types = [], props = {} } = codec as t.Mixed & CodecParts
  switch (_tag) {
    case 'InterfaceType':
      return { required: props, optional: {} }
    case 'PartialType':
      return { required: {}, optional: props }
    case 'ExactType':
    case 'ReadonlyType':
      return type === undefined ? undefined : propsOf(type)
    case 'IntersectionType': {
      const parts = types.map(propsOf)
      return parts.reduce(
        (all, part) =>
          all === undefined || part === undefined
            ? undefined
            : { required: { ...all.required, ...part.required }, optional: { ...all.optional, ...part.optional } },
        { required: {}, optional: {} },
      )
    }
    default:
      return undefined
  }
}
