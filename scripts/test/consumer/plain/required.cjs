module.exports = {
  core: require('@foldlog/core'),
  dispatcher: require('@foldlog/dispatcher'),
  memoryStore: require('@foldlog/memory-store'),
  fpTs: require('fp-ts'),
  ioTs: require('io-ts'),
}
