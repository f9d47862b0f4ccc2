import { either as E, function as F } from 'fp-ts'
import type { Checked } from '../values/InvalidInput.ts'
import { checkDocumentSize } from '../values/internal/documentSizes.ts'
import { checkInput, integer, object } from '../values/internal/inputCodecs.ts'
import { Json } from '../values/Json.ts'
import { StreamName } from '../values/StreamName.ts'
import { schemaVersion } from './internal/storeCodecs.ts'
import { LogPosition } from './LogPosition.ts'
import { ReadStreamOptions } from './ReadStreamOptions.ts'
import type { Snapshot } from './Snapshot.ts'

const checkObject = checkInput('snapshot')(object({}))
const checkVersion = checkInput('version')(integer(1))
const checkSchemaVersion = checkInput('schemaVersion')(schemaVersion)

/**
 * Checks the arguments of a read from a snapshot, and fills in the default of `count`, which it returns.
 *
 * @category for store authors
 * @since 0.1.0
 */
const read = (stream: StreamName, version: number, count: number | undefined): Checked<number> =>
  F.pipe(
    StreamName.parse(stream),
    E.chain(() => checkSchemaVersion(version)),
    E.chain(() => ReadStreamOptions.check(count === undefined ? {} : { count })),
    E.map((options) => options.count),
  )

/**
 * Checks a snapshot that is to be saved.
 *
 * @category for store authors
 * @since 0.1.0
 */
const save = (snapshot: Snapshot): Checked<void> =>
  F.pipe(
    checkObject(snapshot),
    E.chain((): Checked<unknown> => StreamName.parse(snapshot.stream)),
    E.chain(() => checkVersion(snapshot.version)),
    E.chain(() => checkSchemaVersion(snapshot.schemaVersion)),
    E.chain((): Checked<unknown> => Json.check('state')(snapshot.state)),
    E.chain(() => checkDocumentSize('state', snapshot.state)),
    E.chain(() => (snapshot.history === undefined ? E.right('') : LogPosition.checkHistory(snapshot.history))),
    E.map(() => undefined),
  )

/**
 * The checks that every {@link SnapshotStore} makes first, so that all reject the same input with the same error.
 *
 * @category namespace
 * @since 0.1.0
 */
export const SnapshotInput = { read, save } as const
