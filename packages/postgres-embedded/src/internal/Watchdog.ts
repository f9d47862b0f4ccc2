import { spawn } from 'node:child_process'
import { mkdir, rmdir } from 'node:fs/promises'
import { environment } from './environment.ts'
import { ServerDirectory } from './ServerDirectory.ts'
import { recoverFrom } from './tryCatch.ts'
import { UserFile } from './UserFile.ts'

/**
 * A shell that waits for the end of this process, whatever ends it (exit, exception, any signal, SIGKILL too), by the
 * end of a pipe, and then does the work of an orderly shutdown. So no signal handlers are needed, and those of the
 * application are unchanged.
 *
 * The directory `users` holds a file of each process that uses the server. Removing the directory succeeds only when it
 * is empty, and for one process only: that one is the last, and stops the server. The process id is read before that:
 * if it were read after, a new server that another process started in between could be stopped instead of the old one.
 * A process is signalled only when it works in this data directory, because ids are reused.
 */
const script = `
trap '' HUP INT TERM
home=$0 claim=$1 remove=$2
read -r _
pid=
{ read -r pid <"$home/data/postmaster.pid"; } 2>/dev/null
rm -f "$home/users/$claim"
rmdir "$home/users" 2>/dev/null || exit 0
ours() {
  if [ -e /proc/self/cwd ]; then [ "$(readlink "/proc/$1/cwd")" = "$home/data" ]
  else case "$(ps -ww -p "$1" -o args=)" in *"$home/data"*) true ;; *) false ;; esac; fi
}
if [ -n "$pid" ] && ours "$pid"; then
  kill -INT "$pid"
  while [ "$remove" ] && ours "$pid"; do sleep 0.05; done
fi
[ -z "$remove" ] || rm -rf "$home" "$remove"
`

/** The membership of this process among the users of a server. */
export interface Watchdog {
  readonly userFile: UserFile
  /** Ends the watchdog, which then finds nothing to do: call it after `leave`. */
  readonly stop: () => void
}

const watch = (home: ServerDirectory, userFile: UserFile, temporary: boolean): Watchdog => {
  const shell = spawn('/bin/sh', ['-c', script, home.path, userFile, temporary ? home.requested : ''], {
    cwd: '/',
    env: environment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of the reach of Ctrl-C and of the signals to our process group.
    detached: true,
  })
  // Without a shell there is no watchdog: then stop() alone stops the server, and the next start stops an orphan.
  shell.once('error', () => {})
  shell.stdin.on('error', () => {})
  shell.unref()
  // A pipe of a child process is a net.Socket, typed as the Writable it also is: it must not keep our process alive.
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref()
  return { userFile, stop: () => shell.stdin.end() }
}

/** Joins the users of the running server; undefined when the last of them is just leaving, and stops the server. */
const join = async (home: ServerDirectory, temporary: boolean): Promise<Watchdog | undefined> => {
  const userFile = UserFile.make()
  return (await UserFile.put(ServerDirectory.users(home), userFile)) ? watch(home, userFile, temporary) : undefined
}

/** The first user of a server that is yet to be started. */
const first = async (home: ServerDirectory, temporary: boolean): Promise<Watchdog> => {
  await recoverFrom(['EEXIST'], undefined, mkdir(ServerDirectory.users(home), { mode: 0o700 }))
  // The watchdog of a dead process may remove the directory again before our file is in it.
  return (await join(home, temporary)) ?? first(home, temporary)
}

/** Leaves; true for the last one, which has to stop the server. */
const leave = async (home: ServerDirectory, userFile: UserFile): Promise<boolean> => {
  await UserFile.remove(ServerDirectory.users(home), userFile)
  return recoverFrom(
    ['ENOTEMPTY', 'EEXIST', 'ENOENT'],
    false,
    rmdir(ServerDirectory.users(home)).then(() => true),
  )
}

const users = (home: ServerDirectory): Promise<ReadonlyArray<UserFile>> => UserFile.living(ServerDirectory.users(home))

export const Watchdog = { first, join, leave, users } as const
