import * as t from 'io-ts'
import { type CommandRoute, commandRouteFor } from './CommandRoute.ts'
import { checkRoute } from './internal/checkRoute.ts'
import { type NamesIn, PathTemplate } from './internal/PathTemplate.ts'
import { type Props, propsOf } from './internal/propsOf.ts'
import type { Codecs } from './RouteInput.ts'
import type { RouteSpec } from './RouteSpec.ts'

/** The command of a type, with the data that its codec decodes. */
type SentCommand<All extends Codecs, Type extends keyof All & string> = {
  readonly [K in Type]: { readonly type: K; readonly data: t.TypeOf<All[K]> }
}[Type]

/** No constraint when the data of the command has every parameter of the path. */
type FieldsOf<Path extends string, Data> = [Exclude<NamesIn<Path>, keyof Data>] extends [never]
  ? unknown
  : { readonly notInCommand: Exclude<NamesIn<Path>, keyof Data> }

/**
 * A route whose command is written once, in a command codec. The data of the command is made of the parameters of the
 * path, by their names, of a new id, if it has `creates`, and of the body, which has all other fields. Each field is
 * decoded by its own codec of the command. Everything else is as in `CommandRoute`.
 *
 * @category model
 * @since 0.1.0
 */
export interface SendRoute<Path extends string, All extends Codecs, Type extends keyof All & string, Tag extends string>
  extends Pick<
    CommandRoute<Path, Codecs, Codecs, unknown, Codecs, never, never, never, Tag, unknown, unknown>,
    | 'summary'
    | 'method'
    | 'path'
    | 'location'
    | 'status'
    | 'description'
    | 'handlers'
    | 'errors'
    | 'limit'
    | 'anonymous'
  > {
  /** The type with a small first letter when absent: `openRoom` of `OpenRoom`. */
  readonly name?: string | undefined
  readonly commands: { readonly codecs: All }
  readonly type: Type
  /** The field of the data that is the id of a new resource. */
  readonly creates?: (keyof t.TypeOf<All[Type]> & string) | undefined
}

const without = (fields: Codecs, names: ReadonlyArray<string>): Codecs =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

/** The codec of the fields that neither the path nor the new id has; nothing when none are left. */
const bodyOf = ({ required, optional }: Props, elsewhere: ReadonlyArray<string>, name: string): t.Mixed | undefined => {
  const [must, may] = [without(required, elsewhere), without(optional, elsewhere)]
  if (Object.keys(may).length === 0) return Object.keys(must).length === 0 ? undefined : t.strict(must, name)
  return t.exact(t.intersection([t.type(must), t.partial(may)], name))
}

const nameOf = (type: string): string => type.charAt(0).toLowerCase() + type.slice(1)

/**
 * Makes routes that send commands of a codec: see `Route.send`. A command whose data is no record of fields, and a
 * parameter that is no field, are mistakes in the program: it throws where the route is defined.
 *
 * @category constructors
 * @since 0.1.0
 */
export const sendRoute = <
  const Path extends string,
  All extends Codecs,
  const Type extends keyof All & string,
  const Tag extends string = never,
>(
  options: SendRoute<Path, All, Type, Tag> & FieldsOf<Path, t.TypeOf<All[Type]>>,
): RouteSpec<SentCommand<All, Type>, never, Tag | 'NotFound' | 'StreamDeleted', unknown, unknown> => {
  checkRoute('Route.send', options)
  const route = { ...options, name: options.name ?? nameOf(options.type) }
  const { commands, type, creates, ...described } = route
  const codec: t.Mixed | undefined = commands.codecs[type]
  const props = codec === undefined ? undefined : propsOf(codec)
  if (props === undefined)
    throw new Error(`${route.name}: the data of ${type} is no record of fields: use Route.command, with \`to\``)
  const fields: Codecs = { ...props.optional, ...props.required }
  const fieldOf = (name: string): t.Mixed => {
    const field = fields[name]
    if (field === undefined) throw new Error(`${route.name}: the data of ${type} has no field ${name}`)
    return field
  }
  const inPath = PathTemplate.names(route.path)
  const body = bodyOf(props, creates === undefined ? inPath : [...inPath, creates], `${type}Body`)
  const parameters: Codecs = Object.fromEntries(inPath.map((name) => [name, fieldOf(name)]))
  return commandRouteFor<SentCommand<All, Type>, unknown, unknown>()<
    string,
    SentCommand<All, Type>,
    Record<never, never>,
    Codecs,
    object,
    Codecs,
    never,
    never,
    Tag
  >({
    ...described,
    parameters: inPath.length === 0 ? undefined : parameters,
    body,
    creates: creates === undefined ? undefined : { [creates]: fieldOf(creates) },
    to: ({ parameters, body, newId }) => {
      const data = { ...body, ...parameters, ...(creates === undefined ? undefined : { [creates]: newId }) }
      // Each field was decoded by its codec of this command.
      return { type, data } as SentCommand<All, Type>
    },
  })
}
