/** Device tokens that are well-formed, distinct, and readable in a journal. */

/** The n-th token: 64 hexadecimal digits that end in the number. */
export function deviceToken(number: number): string {
	return number.toString(16).padStart(64, 'a0');
}
