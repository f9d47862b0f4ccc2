export const here: string
