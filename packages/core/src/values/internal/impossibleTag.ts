/** The text in place of a tag that cannot be made. No name is empty, so `Tag.check` finds it, and says why. */
export const impossibleTag = (why: string): string => `:${why}`
