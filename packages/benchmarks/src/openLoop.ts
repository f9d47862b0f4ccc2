/**
 * Makes a number of calls per second for a number of milliseconds, without waiting for their answers. Catches up when
 * the machine is late. Ends when all calls are answered; returns their number.
 *
 * @category constructors
 * @since 0.1.0
 */
export const openLoop = async (
  perSecond: number,
  milliseconds: number,
  call: (number: number) => Promise<unknown>,
): Promise<number> => {
  const begun = performance.now()
  const answers: Array<Promise<unknown>> = []
  for (let elapsed = 0; elapsed < milliseconds; elapsed = performance.now() - begun) {
    while (answers.length < (elapsed * perSecond) / 1_000) answers.push(call(answers.length))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(answers)
  return answers.length
}
