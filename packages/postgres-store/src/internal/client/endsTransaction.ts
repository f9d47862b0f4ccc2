/**
 * Whether a successful statement has ended the transaction. `ROLLBACK TO` a savepoint has the tag of `ROLLBACK`.
 */
export const endsTransaction = (answer: unknown): boolean => {
  // Several statements in one text have several results: an array without a `command` property.
  const several = Array.isArray(answer) && !('command' in answer)
  const results: ReadonlyArray<unknown> = several ? answer : [answer]
  return results.some((result) => {
    if (typeof result !== 'object' || result === null) return false
    const command: unknown = Reflect.get(result, 'command')
    if (command === 'COMMIT' || command === 'PREPARE TRANSACTION') return true
    if (command !== 'ROLLBACK') return false
    const statement: unknown = Reflect.get(result, 'statement')
    const text: unknown = typeof statement === 'object' && statement !== null ? Reflect.get(statement, 'string') : ''
    return !/\bto\b/i.test(String(text))
  })
}
