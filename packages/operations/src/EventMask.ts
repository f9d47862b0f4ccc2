import { type Json, type RecordedEvent, StreamName } from '@foldlog/core'
import { hidden, hideAll } from './internal/hide.ts'

/**
 * Hides personal data of an event before a person sees it: returns the event with other data. It may hide metadata too.
 *
 * @category model
 * @since 0.1.0
 */
export type EventMask = (event: RecordedEvent) => RecordedEvent

/**
 * The personal fields of events: by category, then by stored name, the paths of fields, such as `address.street`. The
 * name `*` means every event of the category. A path leads through lists; its part `*` is every field.
 *
 * @category model
 * @since 0.1.0
 */
export type PersonalFields = Readonly<Record<string, Readonly<Record<string, ReadonlyArray<string>>>>>

/**
 * A mask that replaces the values of personal fields by `***`; a null stays null. The record of the user in the
 * metadata is hidden as a whole when `user` is true.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { EventMask } from '@foldlog/operations'
 *
 * export const mask = EventMask.ofFields({ guest: { '*': ['name', 'address.street'] } }, { user: true })
 * ```
 */
const ofFields =
  (fields: PersonalFields, { user = false }: { readonly user?: boolean | undefined } = {}): EventMask =>
  (event) => {
    const own = fields[StreamName.category(event.stream)]
    const paths = [...(own?.['*'] ?? []), ...(own?.[event.type] ?? [])]
    const data = hideAll(event.data, paths) as Json // Hidden parts are texts, the others are what they were.
    const metadata =
      user && event.metadata.user !== undefined ? { ...event.metadata, user: { hidden } } : event.metadata
    return { ...event, data, metadata }
  }

/**
 * Functions on {@link EventMask}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EventMask = { ofFields } as const
