import type { BoundarySupport } from '@foldlog/core/store'

/** The store keeps tags and looks at conditions. The server compares the log of a marker with its own. */
export const boundaries: BoundarySupport = { log: undefined }
