/** The inner modules of node-forge have no types of their own: they fill one namespace, whose types are the package's. */
declare module 'node-forge/lib/forge' {
	import forge = require('node-forge');
	export = forge;
}
declare module 'node-forge/lib/asn1';
declare module 'node-forge/lib/pbe';
declare module 'node-forge/lib/pkcs12';
declare module 'node-forge/lib/sha512';
