import type { InvalidInput, StoreUnavailable, Tagging, TaggingStore } from '@foldlog/core'
import { Tag } from '@foldlog/core'
import { rejectInput, TaggingInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { withToken } from '../schema/Statements.ts'
import { inSchema } from '../schema/schemaName.ts'

/** A row of foldlog.list_taggings; see there. */
type Row = readonly [name: string, required: ReadonlyArray<readonly [string, string, string?]>, promoted: boolean]

/** What every tag of a name begins with. */
const prefixOf = (name: string): string => Tag.of(name, '')

const taggingOf = ([name, required, promoted]: Row): Tagging => ({
  name,
  required: required.map(([type, prefix, category]) => ({
    type,
    tag: Tag.name(prefix as Tag), // Made by `prefixOf`.
    ...(category === undefined ? undefined : { category }),
  })),
  promoted,
})

type Outcome<A> = E.Either<InvalidInput | StoreUnavailable, A>

/** The port by which stored events get further tags. Only the role that owns the schema may use all of it. */
export const taggingsOn = ({ query }: RetryingClient, quotedSchema: string): TaggingStore => {
  const call = (text: string, parameters: number) => withToken(inSchema(quotedSchema, `foldlog.${text}`), parameters)
  const addTags = call('add_tags($1::text::jsonb)', 1)
  const requireTags = call('require_tags($1::text, $2::text::jsonb)', 2)
  const promoteTagging = call('promote_tagging($1::text)', 1)
  const listTaggings = call('list_taggings()', 0)
  return {
    addTags: (additions) => async (): Promise<Outcome<void>> => {
      const checked = TaggingInput.checkAdditions(additions)
      if (E.isLeft(checked)) return checked
      const rows = checked.right.map(({ position, tags }) => [position, tags])
      const result = await query(addTags, [JSON.stringify(rows)])
      if (E.isLeft(result)) return result
      const [missing] = result.right.rows
      return missing ? rejectInput('additions', `there is no event at position ${missing}`) : E.right(undefined)
    },

    requireTags: (name, required) => async (): Promise<Outcome<void>> => {
      const checkedName = TaggingInput.checkName(name)
      if (E.isLeft(checkedName)) return checkedName
      const checked = TaggingInput.checkRequired(required)
      if (E.isLeft(checked)) return checked
      const rows = checked.right.map(({ type, tag, category }) =>
        category === undefined ? [type, prefixOf(tag)] : [type, prefixOf(tag), category],
      )
      const result = await query(requireTags, [checkedName.right, JSON.stringify(rows)])
      if (E.isLeft(result)) return result
      return result.right.rows[0] === 'promoted'
        ? rejectInput('required', TaggingInput.finalText(checkedName.right))
        : E.right(undefined)
    },

    promoteTagging: (name) => async (): Promise<Outcome<void>> => {
      const checked = TaggingInput.checkName(name)
      if (E.isLeft(checked)) return checked
      const result = await query(promoteTagging, [checked.right])
      if (E.isLeft(result)) return result
      return result.right.rows[0] === 'true'
        ? E.right(undefined)
        : rejectInput('name', `no tags are required under ${JSON.stringify(checked.right)}`)
    },

    taggings: async () =>
      E.map(({ rows: [rows = '[]'] }: { readonly rows: ReadonlyArray<string> }) =>
        // Written by foldlog.list_taggings.
        (JSON.parse(rows) as ReadonlyArray<Row>).map(taggingOf),
      )(await query(listTaggings, [])),
  }
}
