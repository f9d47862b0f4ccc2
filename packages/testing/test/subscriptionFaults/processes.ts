import type { DocumentKind } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { forgetting, verdict } from './outcomes.ts'
import { onDispatch, onProcessManagers, onStore, type SubscriptionFault } from './SubscriptionFault.ts'

/** A runtime that stores documents of a kind without one of their fields. */
const withoutField = (kind: DocumentKind, field: string): SubscriptionFault['make'] =>
  onStore((store) => ({
    commit: (commits) =>
      store.commit(
        commits.map((one) => ({
          ...one,
          changes: one.changes.map((change) => {
            if (change.kind !== kind || typeof change.data !== 'object' || change.data === null) return change
            const entries = Object.entries(change.data).filter(([key]) => key !== field)
            return { ...change, data: Object.fromEntries(entries) }
          }),
        })),
      ),
  }))

let sent = 0

export const processFaults: ReadonlyArray<SubscriptionFault> = [
  {
    fault: 'gives a command a new id with every attempt',
    caughtBy: 'process managers: a process manager sends a command until it is answered',
    says: 'under how many ids',
    make: onDispatch((dispatch) => (command, context) => dispatch(command, { ...context, commandId: `${sent++}` })),
  },
  {
    fault: 'treats an unavailable store as an answer to a command',
    caughtBy: 'process managers: a process manager sends a command until it is answered',
    says: 'how often it was sent',
    make: onDispatch(
      (dispatch) => (command, context) => TE.altW(() => TE.right(undefined))(dispatch(command, context)),
    ),
  },
  {
    fault: 'keeps commands in memory only',
    caughtBy: 'process managers: a process manager resends the commands that a dead process may have sent',
    says: 'the commands',
    make: forgetting('command'),
  },
  {
    fault: 'gives a command a new id with every process',
    caughtBy: 'process managers: a process manager resends the commands that a dead process may have sent',
    says: 'the id of the command that was sent before',
    make: onDispatch((dispatch) => (command, context) => dispatch(command, { ...context, commandId: `${sent++}` })),
  },
  {
    fault: 'does not report a rejected command',
    caughtBy: 'process managers: a process manager gets a rejected command back',
    says: 'it has undone it',
    waitsInVain: true,
    make: onDispatch(
      (dispatch) => (command, context) => TE.altW(() => TE.right(undefined))(dispatch(command, context)),
    ),
  },
  {
    fault: 'never polls timers',
    caughtBy: 'process managers: a timer fires once, even when the process that set it is gone',
    says: 'no command and no timer is left',
    waitsInVain: true,
    make: onStore((store) => ({
      dueDocuments: (of, partitions, count) =>
        TE.Functor.map(store.dueDocuments(of, partitions, count), (due) => ({ ...due, documents: [] })),
    })),
  },
  {
    fault: 'cancels no timer',
    caughtBy: 'process managers: a timer fires once, even when the process that set it is gone',
    says: 'no command and no timer is left',
    waitsInVain: true,
    make: onProcessManagers((manager) => ({
      ...manager,
      react: (state, input) => manager.react(state, input).filter(({ _tag }) => _tag !== 'Cancel'),
    })),
  },
  {
    fault: 'waits for ever for the answer to a command',
    caughtBy: 'process managers: commands that are never answered leave other processes at work',
    says: 'another process sends a command',
    waitsInVain: true,
    make: onProcessManagers((manager) => ({ ...manager, sendTimeout: 1_000_000 })),
  },
  {
    fault: 'takes late handlers for a rejection',
    caughtBy: 'process managers: a command that is done is not rejected',
    says: 'the commands',
    make: onDispatch(
      (dispatch) => (command, context) =>
        TE.mapLeft((error: { readonly _tag: string }) => ({ ...error, _tag: 'Late' }))(dispatch(command, context)),
    ),
  },
  {
    fault: 'takes any answer for a result',
    caughtBy: 'process managers: an answer that says nothing of the command',
    says: 'the commands are sent',
    waitsInVain: true,
    make: onDispatch((dispatch) => (command, context) => async () => {
      try {
        await dispatch(command, context)()
      } catch {}
      return E.right(undefined)
    }),
  },
  {
    fault: 'gives a rejection to any process of the key',
    caughtBy: 'process managers: a rejection is for the process that has sent the command',
    says: 'the commands',
    make: withoutField('process', 'instance'),
  },
  {
    fault: 'gives the commands of a timer an id that has only its time',
    caughtBy: 'process managers: a timer that is set again to the same instant',
    says: 'under how many ids',
    make: onDispatch(
      (dispatch) => (command, context) =>
        dispatch(command, { ...context, commandId: context.commandId.replace(/%3A0%3A.*:/, '%3A0:') }),
    ),
  },
  {
    fault: 'skips the event behind which a timer waits',
    caughtBy: 'process managers: a timer waits behind the parked events of its process',
    says: 'nothing is parked',
    make: verdict('skip'),
  },
  {
    fault: 'takes every stream for a process',
    caughtBy: 'process managers: a timer of a process over several streams waits',
    says: 'how many timers have fired',
    make: onProcessManagers((manager) => ({
      ...manager,
      key: ({ stream }: { readonly stream: string }) => stream,
    })),
  },
  {
    fault: 'takes all events for newer than a timer that is due',
    caughtBy: 'process managers: a timer that was due in a downtime',
    says: 'how many timers have fired',
    make: onStore((store) => ({
      readLog: (options) =>
        TE.Functor.map(store.readLog(options), (page) => ({
          ...page,
          events: page.events.map((event) => ({ ...event, recordedAt: new Date(8_640_000_000_000) })),
        })),
    })),
  },
  {
    fault: 'forgets a timer that fails',
    caughtBy: 'process managers: a timer that fails parks its process',
    says: 'something is parked',
    waitsInVain: true,
    make: forgetting('parked'),
  },
  {
    fault: 'forgets a rejection that fails',
    caughtBy: 'process managers: a rejection on which a process fails',
    says: 'something is parked',
    waitsInVain: true,
    make: forgetting('parked'),
  },
  {
    fault: 'gives a rejection to its process in the state before the parked event',
    caughtBy: 'process managers: a rejection waits behind the parked events of its process',
    says: 'the commands, with the number of events before each',
    make: onProcessManagers((manager) => ({
      ...manager,
      // The law has numbers as states.
      react: (state: number, input: { readonly _tag: string }) =>
        manager.react((input._tag === 'CommandRejected' ? 1 : state) as never, input as never),
    })),
  },
  {
    fault: 'reads the state of a process by the newest codec only',
    caughtBy: 'process managers: the state of a process is read by the codec of its version',
    says: 'the commands',
    make: onProcessManagers((manager) => ({
      ...manager,
      state: 'versions' in manager.state ? manager.state.codec : manager.state,
    })),
  },
]
