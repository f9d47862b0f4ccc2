/** Runs a body and then always ends what it has used. The first failure is the one that is reported. */
export const endAfter = async (end: () => Promise<void>, body: () => Promise<void>): Promise<void> => {
  try {
    await body()
  } catch (failure) {
    await end().catch(() => undefined)
    throw failure
  }
  await end()
}
