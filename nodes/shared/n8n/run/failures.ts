/** Turns problems and outcomes into n8n's errors: message, advice as description, status and item, never a secret. */
import { type INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { Outcome } from '../../outcome';
import { explain, wordsOf } from './resultItem';
import { type Cause, reasonOf, type Totals } from './totals';
import { capital, counted, countedOf, figure, type Noun, plural, sentence, sentences, withReason } from './words';

/**
 * n8n replaces a message that holds one of these by a sentence of its own (`COMMON_ERRORS` of n8n-workflow's NodeError,
 * 2.41), also when it wraps the error once more: host and port would be lost. The message says in words what they mean.
 */
const CODES =
	'E(?:CONN(?:REFUSED|RESET|ABORTED)|NOTFOUND|TIMEDOUT|RRADDRINUSE|ADDRNOTAVAIL|HOSTUNREACH|AI_AGAIN|NOENT|ISDIR|NOTDIR|ACCES|EXIST|PERM)|GETADDRINFO';

/**
 * The message without the codes that would cost it its words. Inside a name, such as the host keeper.mail.example, a code is
 * no code: an invisible mark (U+2060) keeps n8n from finding it there.
 */
export function lasting(message: string): string {
	return message
		.replace(/ \(([^()\s]*)\)/g, (whole, inside: string) =>
			new RegExp(`^(?:${CODES})$`, 'i').test(inside) ? '' : whole,
		)
		.replace(new RegExp(`\\b(?:${CODES})\\b(?![.-]\\w)`, 'gi'), 'system error')
		.replace(new RegExp(CODES, 'gi'), (code) => `${code.slice(0, 1)}\u2060${code.slice(1)}`);
}

/** Why a run without one sent request failed, or an error that is n8n's own already. */
export function asNodeError(node: INode, error: unknown): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		error.context.itemIndex ??= 0;
		return error;
	}
	const { message, advice } = wordsOf(error);
	return new NodeOperationError(node, lasting(message), { description: advice, itemIndex: 0 });
}

function apiError(
	node: INode,
	message: string,
	description: string,
	status: number | undefined,
	itemIndex: number,
): NodeApiError {
	const httpCode = status === undefined ? undefined : String(status);
	return new NodeApiError(
		node,
		{},
		{ message: lasting(message), description: lasting(description), httpCode, itemIndex },
	);
}

function messageOf({ words, reason }: Cause): string {
	return withReason(words.message, reason);
}

/** What a person must know before retrying the execution from n8n's list. */
function repeatWarning({ accepted, unknown }: Totals, noun: Noun): string | undefined {
	if (accepted + unknown === 0) return undefined;
	const said = [
		...(accepted > 0 ? [`accepted ${counted(accepted, noun)}`] : []),
		...(unknown > 0 ? [`gave no answer for ${counted(unknown, noun)}`] : []),
	].join(' and ');
	return `APNs ${said}: retrying this execution from the list sends ${plural(accepted + unknown, 'it', 'them')} again.`;
}

/** No request was answered for itself, or none succeeded. */
export function nothingSentError(node: INode, totals: Totals, noun: Noun): NodeApiError {
	const causes = totals.causes();
	const [first] = causes;
	const message = first === undefined ? 'Nothing was sent.' : messageOf(first);
	const others = causes.slice(1, 3).map((cause) => `${figure(cause.count)} × ${sentence(messageOf(cause))}`);
	const alone = totals.total === 1;
	return apiError(
		node,
		alone ? message : sentences(message, `None of ${counted(totals.total, noun)} succeeded`),
		sentences(first?.words.advice, ...(others.length > 0 ? ['Other causes:', ...others] : [])),
		first?.status,
		Math.min(totals.firstItem(), Number.MAX_SAFE_INTEGER),
	);
}

/** The user wants a run with a rejected or invalid device to fail; everything was sent first. */
export function rejectedError(node: INode, totals: Totals, noun: Noun): NodeApiError {
	const { rejected, invalid, total, refusedRecipients } = totals;
	const causes = totals.causes(['rejected', 'invalid']);
	const [first] = causes;
	const what = [
		...(rejected > 0 ? [`APNs rejected ${countedOf(rejected, total, noun)}`] : []),
		...(invalid > 0 ? [`${counted(invalid, noun)} ${plural(invalid, 'has', 'have')} an invalid field`] : []),
	].join(', and ');
	const unnamed = rejected + invalid - refusedRecipients.length;
	const names = `${refusedRecipients.join(', ')}${unnamed > 0 ? ` and ${figure(unnamed)} more` : ''}`;
	return apiError(
		node,
		sentences(`${capital(what)}: ${names}`, first === undefined ? undefined : messageOf(first)),
		sentences(
			first?.words.advice,
			`'On Rejected Device' is set to Fail, so this run returns no results. Choose Return Item to keep them`,
			repeatWarning(totals, noun),
		),
		first?.status,
		Math.min(totals.firstItem(['rejected', 'invalid']), Number.MAX_SAFE_INTEGER),
	);
}

/** Asks n8n for the next try: what is left is sent then, and nothing else. */
export function againError(
	node: INode,
	waiting: number,
	last: Outcome,
	itemIndex: number,
	totals: Totals,
	noun: Noun,
): NodeApiError {
	const words = explain(last, noun.target);
	return apiError(
		node,
		`${counted(waiting, noun)} could not be sent yet. ${words?.message ?? ''}`,
		sentences(words?.advice, `'Retry On Fail' sends only what is left`, repeatWarning(totals, noun)),
		reasonOf(last)?.status,
		itemIndex,
	);
}
