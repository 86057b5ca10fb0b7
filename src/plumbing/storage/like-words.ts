/** A pattern of `like` for texts in small letters that have these words somewhere; its own signs mean themselves. */
export function likeWords(words: string): string {
  return `%${words.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`
}
