// Generates sample/transactions.csv, in the format of the bank's own files:
// `node packages/bank/scripts/sample.mjs > packages/bank/sample/transactions.csv`
// Integers only, a generator of its own and a fixed seed: the same bytes on every machine, today and later.

const seed = 19930101
const accounts = 60
const firstAccount = 20001
const firstDay = Date.UTC(1993, 0, 1)
const days = 450
const rowsWanted = 5000

/** mulberry32: integers from 0 up to, not including, `below`. */
const generator = (start) => {
  let state = start
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const random = generator(seed)
const between = (low, high) => low + random(high - low + 1)
const oneOf = (list) => list[random(list.length)]
const banks = ['AB', 'CD', 'EF', 'GH', 'IJ', 'KL', 'MN', 'OP', 'QR', 'ST', 'UV', 'WX', 'YZ']
const partner = () => ({ bank: oneOf(banks), account: `${between(1_000_000, 99_999_999)}` })

const dateOf = (day) => new Date(firstDay + day * 86_400_000)
const isMonthsEnd = (day) => dateOf(day + 1).getUTCDate() === 1

/** The habits of the holder of an account: the income and the expenses on each day of the month, in 1/100. */
const holder = (id) => ({
  id,
  opened: between(0, 120),
  balance: 0,
  income: between(600_000, 2_400_000),
  // Two in five are paid in cash, the rest by transfer, some of them a pension.
  salary: oneOf(['VKLAD', 'VKLAD', 'PREVOD Z UCTU', 'PREVOD Z UCTU', 'DUCHOD']),
  payday: between(5, 14),
  employer: partner(),
  rent: { day: between(5, 12), amount: between(80_000, 500_000), ...partner() },
  insurance: random(4) === 0 ? { day: between(6, 20), amount: between(30_000, 120_000), ...partner() } : undefined,
  loan: random(6) === 0 ? { day: between(8, 15), amount: between(100_000, 600_000), ...partner() } : undefined,
  donation: random(5) === 0 ? { day: between(10, 25), amount: between(5_000, 20_000), ...partner() } : undefined,
  card: random(5) === 0,
  // One in six spends more than there is.
  careless: random(6) === 0,
})

const rows = []
const book = (who, day, type, operation, amount, symbol = '', other = { bank: '', account: '' }) => {
  who.balance += type === 'PRIJEM' ? amount : -amount
  rows.push({ day, account: who.id, type, operation, amount, balance: who.balance, symbol, other })
}

const spend = (who, day) => {
  const most = who.careless ? who.income : Math.max(0, who.balance - 20_000)
  const amount = Math.min(between(200, 9_000) * 100, most)
  if (amount === 0) return
  if (who.card && random(3) === 0) book(who, day, 'VYDAJ', 'VYBER KARTOU', amount)
  else if (random(25) === 0) book(who, day, 'VYBER', 'VYBER', amount)
  else book(who, day, 'VYDAJ', 'VYBER', amount, '', random(20) === 0 ? { bank: '', account: '0' } : undefined)
}

const live = (who, day) => {
  const date = dateOf(day).getUTCDate()
  if (day < who.opened) return
  if (day === who.opened) book(who, day, 'PRIJEM', 'VKLAD', between(2, 12) * 10_000)
  else if (date === who.payday) {
    if (who.salary === 'VKLAD') book(who, day, 'PRIJEM', 'VKLAD', who.income)
    else book(who, day, 'PRIJEM', 'PREVOD Z UCTU', who.income, who.salary === 'DUCHOD' ? 'DUCHOD' : '', who.employer)
  }
  // Standing orders wait until there was a first income.
  if (day > who.opened + 31) {
    const { rent, insurance, loan, donation } = who
    if (date === rent.day) book(who, day, 'VYDAJ', 'PREVOD NA UCET', rent.amount, 'SIPO', rent)
    if (date === insurance?.day) book(who, day, 'VYDAJ', 'PREVOD NA UCET', insurance.amount, 'POJISTNE', insurance)
    if (date === loan?.day) book(who, day, 'VYDAJ', 'PREVOD NA UCET', loan.amount, 'UVER', loan)
    if (date === donation?.day) book(who, day, 'VYDAJ', 'PREVOD NA UCET', donation.amount, ' ', donation)
  }
  if (random(who.careless ? 9 : 14) === 0) spend(who, day)
  if (isMonthsEnd(day)) {
    const interest = Math.trunc(who.balance / 400)
    if (interest > 0) book(who, day, 'PRIJEM', '', interest, 'UROK')
    if (interest < 0) book(who, day, 'VYDAJ', 'VYBER', -interest, 'SANKC. UROK')
    if (day > who.opened + 31) book(who, day, 'VYDAJ', 'VYBER', 1460, 'SLUZBY')
  }
}

const holders = Array.from({ length: accounts }, (_, i) => holder(firstAccount + i))
for (let day = 0; day < days; day++) for (const who of holders) live(who, day)

const money = (cents) => {
  const digits = `${Math.abs(cents)}`.padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
const compactDay = (day) => dateOf(day).toISOString().slice(2, 10).replaceAll('-', '')
const quoted = (text) => `"${text}"`
const orNothing = (text, other) => (text === '' && other === '' ? '' : quoted(text))

const lines = rows
  .slice(0, rowsWanted)
  .map(({ day, account, type, operation, amount, balance, symbol, other }, i) =>
    [
      100_001 + i,
      account,
      compactDay(day),
      quoted(type),
      quoted(operation),
      money(amount),
      money(balance),
      quoted(symbol),
      orNothing(other.bank, other.account),
      orNothing(other.account, other.bank),
    ].join(';'),
  )
const header = [
  'trans_id',
  'account_id',
  'date',
  'type',
  'operation',
  'amount',
  'balance',
  'k_symbol',
  'bank',
  'account',
]
process.stdout.write(`${[header.map(quoted).join(';'), ...lines].join('\n')}\n`)
