export const moduleFile: string
