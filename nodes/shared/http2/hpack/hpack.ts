/** HPACK as the rest of the package sees it: the two coders and their types (RFC 7541). */
export { HpackEncoder, UnsendableFieldError, type FieldRules, type HeaderField, type Indexing } from './encoder';
export { HpackDecoder, HpackError, type DecodedField } from './decoder';
