/** Options that every importer has. */
import { Option } from 'commander';

export interface ImportOptions {
  readonly output?: string;
  readonly json?: true;
}

/** -o FILE */
export function outputOption(): Option {
  return new Option('-o, --output <file>', 'write the configuration to this file, which must not exist yet');
}
