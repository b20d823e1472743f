/** The form writes the defaults of connections and pushes in flight as numbers, since n8n's scanner reads only those: they are the client's. */
import { deliveryOptions } from '../../../nodes/ApnsSend/deliveryOptions';
import { callerLimits } from '../../../nodes/shared/client/defaults';

it.each(['maxConnections', 'maxInFlight'] as const)('%s', (name) => {
	expect(deliveryOptions.find((option) => option.name === name)).toMatchObject({
		default: callerLimits[name].initial,
		typeOptions: { minValue: 1, maxValue: callerLimits[name].most },
	});
});
