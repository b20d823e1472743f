/** PKCS#12 and DER: the modules of `node-forge` that read them, without its TLS, HTTP and browser parts. Bundled at build. */
import forge from 'node-forge/lib/forge';
import 'node-forge/lib/asn1';
import 'node-forge/lib/pbe';
import 'node-forge/lib/pkcs12';
import 'node-forge/lib/sha512';

export const { asn1, pkcs12, pki, util } = forge;
export type { asn1 as Asn1, pkcs12 as Pkcs12 } from 'node-forge';
