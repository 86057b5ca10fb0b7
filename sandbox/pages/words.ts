/** A list that somebody has typed: lines, commas or spaces between its parts. */
export function words(text: string | null): string[] {
  return (text ?? '').split(/[\s,，;；、]+/).filter((word) => word !== '')
}
