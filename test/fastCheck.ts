/** fast-check with the seed of the tests; jest gives this file to everyone who imports fast-check. A failure prints the seed. */
import fc from '../node_modules/fast-check/lib/cjs/fast-check';
import { seed } from './seed';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export * from '../node_modules/fast-check/lib/cjs/fast-check';
export default fc;
