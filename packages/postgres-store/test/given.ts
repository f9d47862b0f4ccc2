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
} from '../../core/test/store/given.ts'
