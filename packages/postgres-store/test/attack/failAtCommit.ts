import { expect } from '@jest/globals'
import type { FreshStore } from './freshStore.ts'

/**
 * Makes every later transaction that has written to the table fail at its commit, as one whose backend is terminated at
 * that moment.
 */
export const failAtCommit = async ({ watcher, schema }: FreshStore, table: string): Promise<void> => {
  await watcher.unsafe(`
    create function "${schema}".refuse() returns trigger language plpgsql as $$
    begin raise exception 'not committed' using errcode = 'ZZ001'; end $$;
    create constraint trigger refuse after insert or update on "${schema}".${table}
      deferrable initially deferred for each row execute function "${schema}".refuse();`)
}

/** The error of such a transaction. */
export const lost = { left: { _tag: 'StoreUnavailable', why: expect.stringContaining('not committed') } }
