import { type FreshStore, until } from './freshStore.ts'

/**
 * Terminates a backend of the store whenever `done` has grown by `every`, until `over`; returns how many were
 * terminated.
 */
export const killBackendsWhile = async (
  { watcher, application }: FreshStore,
  { every, done, over }: { readonly every: number; readonly done: () => number; readonly over: () => boolean },
): Promise<number> => {
  let killed = 0
  for (let next = every; !over(); next = done() + every) {
    await until(() => over() || done() >= next)
    const rows = await watcher`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = ${application} order by state = 'active' desc, random() limit 1`
    killed += rows.length
  }
  return killed
}
