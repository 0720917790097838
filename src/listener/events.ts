/** What listeners tell. */
export interface ListenerEvents {
  /** A listener is bound and accepts. */
  'listener.opened': { readonly listener: string; readonly address: string };
  /** A connection was turned away with 421: too many at once. */
  'connection.refused': { readonly listener: string; readonly client: string; readonly open: number };
}
