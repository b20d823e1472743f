/** Texts of the app on the phones, by language: what localisation keys of a push are resolved with. */

type Texts = Readonly<Record<string, string>>;

/** As in a Localizable.strings file: `%@` takes the next argument, `%2$@` the second. */
const tables: Readonly<Record<string, Texts>> = {
	en: {
		GREETING_TITLE: 'Hello, %@!',
		MESSAGE_TITLE: '%@ wrote to you',
		MESSAGE_BODY: '“%@”',
		ORDER_SHIPPED_TITLE: 'Your order is on its way',
		ORDER_SHIPPED_BODY: 'Order %1$@ arrives on %2$@.',
		GOAL_TITLE: 'Goal for %@!',
		GOAL_BODY: '%1$@ scored in minute %2$@.',
		ALARM_TITLE: '%@ is not responding',
		ALARM_BODY: 'Down since %@. Tap to acknowledge.',
		MATCH_SUBTITLE: '%1$@ against %2$@',
	},
	de: {
		GREETING_TITLE: 'Hallo, %@!',
		MESSAGE_TITLE: '%@ hat dir geschrieben',
		MESSAGE_BODY: '„%@“',
		ORDER_SHIPPED_TITLE: 'Deine Bestellung ist unterwegs',
		ORDER_SHIPPED_BODY: 'Bestellung %1$@ kommt am %2$@ an.',
		GOAL_TITLE: 'Tor für %@!',
		GOAL_BODY: '%1$@ trifft in Minute %2$@.',
		ALARM_TITLE: '%@ antwortet nicht',
		ALARM_BODY: 'Ausgefallen seit %@. Zum Bestätigen tippen.',
		MATCH_SUBTITLE: '%1$@ gegen %2$@',
	},
	fr: {
		GREETING_TITLE: 'Bonjour %@ !',
		MESSAGE_TITLE: '%@ vous a écrit',
		MESSAGE_BODY: '« %@ »',
		ORDER_SHIPPED_TITLE: 'Votre commande est en route',
		ORDER_SHIPPED_BODY: 'La commande %1$@ arrive le %2$@.',
		GOAL_TITLE: 'But pour %@ !',
		GOAL_BODY: '%1$@ marque à la %2$@e minute.',
		ALARM_TITLE: '%@ ne répond pas',
		ALARM_BODY: 'En panne depuis %@. Touchez pour confirmer.',
		MATCH_SUBTITLE: '%1$@ contre %2$@',
	},
};

/** The text behind a key with its arguments, or undefined when the app has none: iOS then shows the key itself. */
export function localized(language: string, key: string, args: readonly string[]): string | undefined {
	const table = tables[language];
	const text = table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
	let next = 0;
	return text?.replace(/%(?:(\d+)\$)?@/g, (_whole, position: string | undefined) => {
		const at = position === undefined ? next++ : Number(position) - 1;
		return args[at] ?? '';
	});
}
