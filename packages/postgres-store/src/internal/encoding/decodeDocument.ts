import type { Json } from '@foldlog/core'
import type { DocumentKind, HandlerDocument, HandlerRef } from '@foldlog/core/store'

/** A row of foldlog.document_json; see there. */
type DocumentRow = readonly [
  kind: DocumentKind,
  key: string,
  partition: number,
  position: number,
  due: number | null,
  requestedAction: string | null,
  data: Json,
]

export const decodeDocument =
  ({ name, generation }: HandlerRef) =>
  (text: string): HandlerDocument => {
    // The text was written by foldlog.document_json of this package's own migrations, from data that HandlerStoreInput
    // accepted.
    const [kind, key, partition, position, due, requestedAction, data] = JSON.parse(text) as DocumentRow
    return {
      name,
      generation,
      kind,
      key,
      partition,
      position,
      data,
      due: due === null ? null : new Date(due),
      requestedAction,
    }
  }
