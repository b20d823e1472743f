/** HPACK as the rest of the package sees it: the two coders and their types (RFC 7541). */
export { HpackEncoder, type HeaderField, type Indexing } from './hpackEncoder';
export { HpackDecoder, HpackError, type DecodedField } from './hpackDecoder';
