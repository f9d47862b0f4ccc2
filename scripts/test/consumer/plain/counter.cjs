// The code of a user, in either module system: given the packages, it counts in a store and reports the result.
module.exports = async ({ core, dispatcher, memoryStore, fpTs, ioTs }) => {
  const events = core.EventCodec.make({ Added: ioTs.strict({ by: ioTs.number }) })
  const counter = core.Aggregate.make({
    category: 'counter',
    commands: ['Add'],
    id: ({ data }) => data.id,
    decider: {
      initialState: 0,
      evolve: (sum, { data }) => sum + data.by,
      decide: ({ data }, sum) =>
        sum + data.by < 0
          ? fpTs.either.left('below zero')
          : fpTs.either.right([{ type: 'Added', data: { by: data.by } }]),
    },
    events,
  })
  const store = memoryStore.makeMemoryStore()
  const runtime = dispatcher.makeDispatcher({ store, aggregates: [counter] })
  const add = (by) => runtime.dispatch({ type: 'Add', data: { id: 'a', by } })()
  const results = [await add(1), await add(-2), await add(41)]
  const stream = core.StreamName.parse('counter-a')
  const read = await store.readStream(stream.right)()
  await runtime.stop()
  return {
    results: results.map(({ _tag }) => _tag),
    refusal: results[1].left,
    sum: core.Decider.fold(counter.decider)(read.right.events.map((event) => events.decode(event).right[0])),
  }
}
