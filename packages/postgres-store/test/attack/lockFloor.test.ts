import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { connect, type FreshStore, freshStore } from './freshStore.ts'

let fresh: FreshStore

beforeAll(async () => {
  fresh = await freshStore()
})

afterAll(() => fresh.close())

const sessions = 3
const draws = 60_000

// A select from the sequence, in place of what foldlog.lock_floor asks, was too high a few times in each such run.
it(`the floor is below every position drawn after it, in ${sessions} sessions that draw ${draws} positions each`, async () => {
  const { url, schema } = fresh
  const client = connect(url, { max: sessions })
  const drawing = `do $$
    declare
      log constant regclass := '"${schema}".positions';
      floor bigint;
      drawn bigint;
    begin
      for i in 1 .. ${draws} loop
        floor := "${schema}".lock_floor(log);
        drawn := nextval(log);
        if drawn <= floor then raise exception '% was drawn behind %', drawn, floor; end if;
      end loop;
    end $$`
  await Promise.all(Array.from({ length: sessions }, () => client.unsafe(drawing)))
  const [row] = await client.unsafe(`select last_value from "${schema}".positions`)
  expect(Number(row?.['last_value'])).toBe(sessions * draws)
  await client.end({ timeout: 5 })
})
