/** The credential APNs API: a signing key or a provider certificate, and where to send. */
import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

export class ApnsApi implements ICredentialType {
	name = 'apnsApi';

	displayName = 'APNs API';

	icon: Icon = { light: 'file:../icons/apns.svg', dark: 'file:../icons/apns.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-apns/n8n-nodes-apns#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{
					name: 'Signing Key (.p8)',
					value: 'token',
					description: 'One key for all apps of a team. It does not expire.',
				},
				{
					name: 'Certificate',
					value: 'certificate',
					description: 'A push certificate for one app, valid for one year',
				},
			],
			default: 'token',
			description: 'How to authenticate with APNs',
		},
		{
			displayName: 'Key ID',
			name: 'keyId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. ABC123DEFG',
			description:
				'The 10 characters in the file name AuthKey_….p8, also shown under Keys in the Apple Developer portal',
			displayOptions: { show: { authentication: ['token'] } },
		},
		{
			displayName: 'Team ID',
			name: 'teamId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. DEF123GHIJ',
			description: 'The 10 characters under Membership Details in the Apple Developer portal',
			displayOptions: { show: { authentication: ['token'] } },
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true, rows: 5 },
			required: true,
			default: '',
			placeholder: 'e.g. -----BEGIN PRIVATE KEY-----',
			description: 'The complete content of the AuthKey_….p8 file',
			displayOptions: { show: { authentication: ['token'] } },
		},
		{
			displayName: 'Certificate Format',
			name: 'identityFormat',
			type: 'options',
			options: [
				{ name: 'PEM', value: 'pem', description: 'Certificate and private key as text' },
				{
					name: 'PKCS#12 (.p12)',
					value: 'p12',
					description: 'A file with certificate and private key, as exported by Keychain Access, in base64',
				},
			],
			default: 'pem',
			description: 'How the certificate and its private key are stored',
			displayOptions: { show: { authentication: ['certificate'] } },
		},
		{
			displayName: 'Certificate',
			name: 'certificate',
			type: 'string',
			typeOptions: { password: true, rows: 5 },
			required: true,
			default: '',
			placeholder: 'e.g. -----BEGIN CERTIFICATE-----',
			description: 'The push certificate, followed by its intermediate certificates if there are any',
			displayOptions: { show: { authentication: ['certificate'], identityFormat: ['pem'] } },
		},
		{
			displayName: 'Certificate Key',
			name: 'certificateKey',
			type: 'string',
			typeOptions: { password: true, rows: 5 },
			default: '',
			placeholder: 'e.g. -----BEGIN PRIVATE KEY-----',
			description: "The private key of the certificate. Leave empty if 'Certificate' contains it.",
			displayOptions: { show: { authentication: ['certificate'], identityFormat: ['pem'] } },
		},
		{
			displayName: 'PKCS#12 File (Base64)',
			name: 'p12Secret',
			type: 'string',
			typeOptions: { password: true, rows: 5 },
			required: true,
			default: '',
			description: 'The .p12 file in base64, for example the output of "base64 -i file.p12" or "certutil -encode"',
			displayOptions: { show: { authentication: ['certificate'], identityFormat: ['p12'] } },
		},
		{
			displayName: 'Passphrase',
			name: 'passphrase',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Passphrase of the private key or the .p12 file. Leave empty if there is none.',
			displayOptions: { show: { authentication: ['certificate'] } },
		},
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			options: [
				{
					name: 'Production',
					value: 'production',
					description: 'Apps from TestFlight and the App Store',
				},
				{
					name: 'Development',
					value: 'development',
					description: 'Apps installed from Xcode (sandbox)',
				},
			],
			default: 'production',
			description: 'Environment that the device tokens belong to',
		},
		{
			displayName: 'Bundle ID',
			name: 'bundleId',
			type: 'string',
			default: '',
			placeholder: 'e.g. com.example.app',
			description: 'Bundle ID of the app that receives the pushes. Nodes can override it.',
		},
		{
			displayName: 'Custom Endpoint',
			name: 'customEndpoint',
			type: 'boolean',
			default: false,
			description: "Whether to use a host or port other than Apple's defaults, such as port 2197 or a test server",
		},
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: '',
			placeholder: 'e.g. api.push.apple.com',
			description: "Host for pushes and broadcasts. Leave empty to use Apple's.",
			displayOptions: { show: { customEndpoint: [true] } },
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'number',
			default: 443,
			description: 'Port for pushes and broadcasts. Apple also accepts connections on 2197.',
			displayOptions: { show: { customEndpoint: [true] } },
		},
		{
			displayName: 'Management Host',
			name: 'managementHost',
			type: 'string',
			default: '',
			placeholder: 'e.g. api-manage-broadcast.push.apple.com',
			description: "Host for channel management. Leave empty to use Apple's.",
			displayOptions: { show: { customEndpoint: [true] } },
		},
		{
			displayName: 'Management Port',
			name: 'managementPort',
			type: 'number',
			default: 0,
			description: "Port for channel management. Enter 0 to use Apple's: 2196 for production, 2195 for development.",
			displayOptions: { show: { customEndpoint: [true] } },
		},
		{
			displayName: 'CA Bundle',
			name: 'caBundle',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			placeholder: 'e.g. -----BEGIN CERTIFICATE-----',
			description:
				'PEM certificates to trust in addition to the default ones, for a test server or a proxy that inspects TLS',
		},
		{
			displayName: 'Proxy URL',
			name: 'proxyUrl',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. http://user:password@proxy.example.com:8080',
			description: 'URL of an HTTP proxy that allows CONNECT. Leave empty to use HTTPS_PROXY and NO_PROXY.',
		},
	];
}
