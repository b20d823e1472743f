/** Turns problems and outcomes into n8n's errors: message, advice as description, status and item, never a secret. */
import { type INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { FieldProblem } from '../../apns/problems';
import type { Outcome } from '../../outcome';
import { explain } from './resultItem';

/** What ended the run, as n8n's error: a field that cannot be used, with its remedy; n8n's own errors as they are. */
export function asNodeError(node: INode, error: unknown): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	if (error instanceof FieldProblem) return new NodeOperationError(node, error.message, { description: error.remedy });
	return new NodeOperationError(node, error instanceof Error ? error : String(error));
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
