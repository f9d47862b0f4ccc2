import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

const linux = process.platform === 'linux'

const ps = (pid: number, column: string): string => {
  try {
    // `ps` fails when there is no such process.
    return execFileSync('ps', ['-ww', '-p', String(pid), '-o', `${column}=`], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  } catch {
    return ''
  }
}

/**
 * The part of /proc/PID/stat after the command, which may itself contain spaces and brackets: the state is first, the
 * start time twentieth.
 */
const procStat = (pid: number): ReadonlyArray<string> => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

/**
 * The start time of a process, in the unit of the system: together with the process id it identifies a process for
 * ever, because ids alone are reused. Undefined when there is no such process; a zombie does not count.
 */
export const startOf = (pid: number): string | undefined => {
  if (linux) {
    const [state, ...rest] = procStat(pid)
    return state === undefined || state === 'Z' || state === 'X' ? undefined : rest[18]
  }
  const start = ps(pid, 'lstart').replace(/\W/g, '')
  return start === '' ? undefined : start
}

/**
 * Checks whether this process is a Postgres that works in this (real) data directory: its process id alone may come
 * from an old note, and root must never signal a process because of a file's content. A postmaster makes its data
 * directory its working directory.
 */
export const isPostgresIn = (pid: number, data: string): boolean => {
  if (startOf(pid) === undefined) return false
  if (!linux) return ps(pid, 'args').includes(data)
  try {
    const exe = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '')
    return exe === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === data
  } catch {
    return false
  }
}

/** Sends a signal; false when the process is gone. */
export const signal = (pid: number, name: NodeJS.Signals): boolean => {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
