/** What the history tells of itself. Mail never waits for it, so none of this concerns mail. */
export interface HistoryEvents {
  /** Records were let go because they came faster than they could be handed on or written; at most one event in ten seconds. */
  'history.dropped': { readonly records: number };
  /** Nothing can be written now; tried again by itself. Once for each time it begins. */
  'history.failed': { readonly error: string };
  /** Written again; so many records were lost meanwhile. */
  'history.recovered': { readonly records: number };
  /** A segment is damaged: it was renamed and is not read any more. */
  'history.setAside': { readonly path: string; readonly error: string };
  /** A segment is older than the retention, or there was no room for it within its size. */
  'history.segmentRemoved': { readonly path: string; readonly octets: number };
}
