// One place that knows where these are kept.
export {
  createDeletedStream,
  createStream,
  freshId,
  freshStream,
  left,
  newEvents,
  readWholeLog,
  right,
  settledPositionOf,
  streamNamed,
  untyped,
} from '../../testing/src/laws/fixtures.ts'
