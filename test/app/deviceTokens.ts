/** Device tokens that are well-formed, distinct, and readable in a journal. */

/** The n-th token: 64 hexadecimal digits that end in the number. */
export function deviceToken(number: number): string {
	return `de${number.toString(16).padStart(62, '0')}`;
}
