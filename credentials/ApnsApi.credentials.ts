/** The credential APNs API: a signing key or a provider certificate, and where to send. */
import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

export class ApnsApi implements ICredentialType {
	name = 'apnsApi';

	displayName = 'APNs API';

	icon: Icon = { light: 'file:../icons/apns.svg', dark: 'file:../icons/apns.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-apns/n8n-nodes-apns#credential';

	properties: INodeProperties[] = [
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{
					name: 'Signing Key (.p8)',
					value: 'token',
					description: 'One key for all apps of the team, without an expiry date',
				},
				{
					name: 'Certificate',
					value: 'certificate',
					description: 'A provider certificate of one app, valid for a year',
				},
			],
			default: 'token',
		},
		{
			displayName: 'Key ID',
			name: 'keyId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'ABC123DEFG',
			description:
				'The 10 characters in the name of the file AuthKey_….p8, and in the Apple Developer portal below Keys',
			displayOptions: { show: { authentication: ['token'] } },
		},
		{
			displayName: 'Team ID',
			name: 'teamId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'DEF123GHIJ',
			description: 'The 10 characters below Membership Details in the Apple Developer portal',
			displayOptions: { show: { authentication: ['token'] } },
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true, rows: 5 },
			required: true,
			default: '',
			placeholder: '-----BEGIN PRIVATE KEY-----',
			description: 'The whole content of the file AuthKey_….p8',
			displayOptions: { show: { authentication: ['token'] } },
		},
		{
			displayName: 'Certificate Format',
			name: 'identityFormat',
			type: 'options',
			options: [
				{ name: 'PEM', value: 'pem', description: 'Certificate and private key as text' },
				{ name: 'PKCS#12 (.p12)', value: 'p12', description: 'One file with both, as Keychain exports it, in base64' },
			],
			default: 'pem',
			displayOptions: { show: { authentication: ['certificate'] } },
		},
		{
			displayName: 'Certificate',
			name: 'certificate',
			type: 'string',
			typeOptions: { password: true, rows: 5 },
			required: true,
			default: '',
			placeholder: '-----BEGIN CERTIFICATE-----',
			description: 'The provider certificate, followed by its chain if there is one',
			displayOptions: { show: { authentication: ['certificate'], identityFormat: ['pem'] } },
		},
		{
			displayName: 'Certificate Key',
			name: 'certificateKey',
			type: 'string',
			typeOptions: { password: true, rows: 5 },
			default: '',
			placeholder: '-----BEGIN PRIVATE KEY-----',
			description: 'The private key of the certificate; empty when it stands in the same text',
			displayOptions: { show: { authentication: ['certificate'], identityFormat: ['pem'] } },
		},
		{
			displayName: 'PKCS#12 File (Base64)',
			name: 'p12Secret',
			type: 'string',
			typeOptions: { password: true, rows: 5 },
			required: true,
			default: '',
			description: 'The .p12 file in base64, as "base64 < file.p12" prints it',
			displayOptions: { show: { authentication: ['certificate'], identityFormat: ['p12'] } },
		},
		{
			displayName: 'Passphrase',
			name: 'passphrase',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'The passphrase of the private key or the .p12 file, if it has one',
			displayOptions: { show: { authentication: ['certificate'] } },
		},
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			options: [
				{ name: 'Production', value: 'production', description: 'Apps from the App Store and TestFlight' },
				{ name: 'Development', value: 'development', description: 'Apps that Xcode installed (sandbox)' },
			],
			default: 'production',
			description: 'Device tokens belong to one environment',
		},
		{
			displayName: 'Bundle ID',
			name: 'bundleId',
			type: 'string',
			default: '',
			placeholder: 'com.example.app',
			description: 'The app that gets the pushes, unless a node names another topic',
		},
		{
			displayName: 'Custom Endpoint',
			name: 'customEndpoint',
			type: 'boolean',
			default: false,
			description:
				"Whether to send to another host or port than Apple's usual ones, such as port 2197 or a test server",
		},
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: '',
			placeholder: 'api.push.apple.com',
			description: "Host for pushes and broadcasts; empty for Apple's",
			displayOptions: { show: { customEndpoint: [true] } },
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'number',
			default: 443,
			description: 'Port for pushes and broadcasts; Apple also listens on 2197',
			displayOptions: { show: { customEndpoint: [true] } },
		},
		{
			displayName: 'Management Host',
			name: 'managementHost',
			type: 'string',
			default: '',
			placeholder: 'api-manage-broadcast.push.apple.com',
			description: "Host for channel management; empty for Apple's",
			displayOptions: { show: { customEndpoint: [true] } },
		},
		{
			displayName: 'Management Port',
			name: 'managementPort',
			type: 'number',
			default: 0,
			description: "Port for channel management; 0 for Apple's (2196 production, 2195 development)",
			displayOptions: { show: { customEndpoint: [true] } },
		},
		{
			displayName: 'CA Bundle',
			name: 'caBundle',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			placeholder: '-----BEGIN CERTIFICATE-----',
			description: 'PEM certificates to trust besides the usual ones, for a test server or a proxy that inspects TLS',
		},
		{
			displayName: 'Proxy URL',
			name: 'proxyUrl',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'http://user:password@proxy.example.com:8080',
			description: 'An HTTP proxy that allows CONNECT; empty to follow HTTPS_PROXY and NO_PROXY',
		},
	];
}
