/** Something on the command line that cannot be. */
export interface InputProblem {
  readonly error: string;
  readonly remedy: string;
}

export function isInputProblem(value: object): value is InputProblem {
  return 'error' in value && 'remedy' in value;
}
