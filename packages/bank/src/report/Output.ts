/**
 * The output of the program. `terminal` is present when the output is a terminal, for output that needs one.
 *
 * @category model
 * @since 0.1.0
 */
export interface Output {
  readonly line: (text: string) => void
  readonly problem: (text: string) => void
  readonly terminal: NodeJS.WritableStream | undefined
}

/**
 * The output of a process.
 *
 * @category constructors
 * @since 0.1.0
 */
const ofProcess = ({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Output => ({
  line: (text) => void stdout.write(`${text}\n`),
  problem: (text) => void stderr.write(`${text}\n`),
  terminal: stdout.isTTY ? stdout : undefined,
})

/**
 * Functions on {@link Output}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Output = { ofProcess } as const
