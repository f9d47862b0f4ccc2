/** The expected result of an import. */
export interface Expected {
  /** The last line of the program, for books that were empty before. */
  readonly line: string
  readonly balances: string
  readonly rejected: number
}

/**
 * The whole import as one loop over lines: no events, no codecs, no parser. It takes valid files only.
 *
 * `overdraft` is in 1/100, or none.
 */
export const naiveImport = (text: string, overdraft: string): Expected => {
  const lowest = overdraft === 'none' ? -(2n ** 80n) : -BigInt(overdraft)
  const balances = new Map<number, bigint>()
  let accepted = 0
  let rejected = 0
  for (const line of text.trim().split('\n').slice(1)) {
    const [, account, , type, , amount] = line.replaceAll('"', '').split(';')
    const before = balances.get(Number(account)) ?? 0n
    const cents = BigInt(amount?.replace('.', '') ?? '')
    const after = type === 'PRIJEM' ? before + cents : before - cents
    const taken = type === 'PRIJEM' || after >= lowest
    balances.set(Number(account), taken ? after : before)
    if (taken) accepted++
    else rejected++
  }
  const sorted = [...balances].sort(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, balance]) => sum + balance, 0n)
  return {
    line: `accepted=${accepted} rejected=${rejected} duplicates=0 accounts=${sorted.length} total=${total}`,
    balances: sorted.map(([account, balance]) => `${account};${balance}\n`).join(''),
    rejected,
  }
}
