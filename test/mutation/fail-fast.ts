/** Loaded before the tests of a mutant: the first failure of a property is enough, nobody reads a smaller one. */
import fc from 'fast-check';

fc.configureGlobal({ endOnFailure: true });
