// Jest globalTeardown: stops the server of postgres.mjs. If Jest is killed before, the server stops all the same.
export default async () => {
  const stopped = await globalThis[Symbol.for('foldlog.test-postgres')]?.stop()()
  if (stopped?._tag === 'Left') throw new Error(stopped.left.message)
}
