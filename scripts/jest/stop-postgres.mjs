// Jest globalTeardown: stops what postgres.mjs has started. Should Jest be killed before, the server stops all the
// same.
export default async () => {
  const stopped = await globalThis[Symbol.for('foldlog.test-postgres')]?.stop()()
  if (stopped?._tag === 'Left') throw new Error(stopped.left.message)
}
