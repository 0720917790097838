/** What the control API reports. */
export interface ControlEvents {
  'control.listening': { readonly path: string };
  'control.replacedStaleSocket': { readonly path: string };
  'control.changed': { readonly action: string; readonly answer: string };
  'control.failed': { readonly action: string; readonly error: string };
}
