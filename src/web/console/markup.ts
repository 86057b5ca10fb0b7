const html = Symbol('html')

/** HTML that a part has made: it may stand wherever a text may, and is not escaped again. */
export type Markup = { readonly [html]: string; toString(): string }

export function markup(text: string): Markup {
  return { [html]: text, toString: () => text }
}

/** What stands in a page for `value`: markup as it is, everything else as text. */
export function escaped(value: unknown): string {
  if (typeof value === 'object' && value !== null && html in value) return String(value)
  return String(value).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
