// One place that knows where these are kept.
export {
  deletedStreamOf,
  freshId,
  freshStream,
  headOf,
  left,
  newEvents,
  right,
  streamNamed,
  streamOf,
  untyped,
  wholeLog,
} from '../../testing/src/laws/given.ts'
