/** Turns problems and outcomes into n8n's errors: message, advice as description, status and item, never a secret. */
import { type INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { FieldProblem } from '../apns/problems';
import type { Outcome } from '../outcome';
import { explain } from './resultItem';

/** A field of the node or the credential that cannot be used. */
export function fieldError(node: INode, problem: FieldProblem, itemIndex?: number): NodeOperationError {
	return new NodeOperationError(node, problem.message, { description: problem.remedy, itemIndex });
}

/** An outcome that is common to the run, as the error that ends it. */
export function outcomeError(node: INode, outcome: Outcome, itemIndex: number): NodeApiError {
	const words = explain(outcome);
	const reason = outcome.reason === undefined ? '' : ` (${outcome.reason})`;
	return new NodeApiError(
		node,
		{},
		{
			message: `${words?.message ?? 'The push failed.'}${reason}`,
			description: words?.advice,
			httpCode: outcome.status === undefined ? undefined : String(outcome.status),
			itemIndex,
		},
	);
}
