import type { State } from '../shell/context.ts'

/** What stands around every page of somebody who has signed in: the top bar and the menu. */
export type Frame = {
  /** Where the name of the console leads. */
  home: string
  /** The merchant, the provider or the house in which one works, and where to choose another. */
  place: { name: string; href: string }
  /** Where the search form leads; unset: no search. */
  searchAt?: string
  /** Links of the top bar, such as alerts, each with how many there are. */
  links: { text: string; href: string; count?: number }[]
  person: { name: string; href: string }
  /** Where the form that signs out is posted. */
  signOutAt: string
  /** What this role may open, in groups. */
  menu: { title?: string; links: MenuLink[] }[]
}

/** `key`: what leads there after `g`. */
type MenuLink = { text: string; href: string; icon?: string; key?: string; current?: boolean; count?: number }

/** What a guard of the console may have found before a page is shown. */
export type PageState = State & {
  frame?: Frame
  /** The token that every form of the page carries. */
  csrf?: string
}
