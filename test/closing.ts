/** Closes what a test opened once the test is over, the last first. */

interface Closable {
	close(): unknown;
}

/** Registers jest's hook; what is given to the function it returns comes back, and is closed after the test. */
export function closeAfterEach(): <T extends Closable>(one: T) => T {
	const opened: Closable[] = [];
	afterEach(async () => {
		for (const one of opened.splice(0).reverse()) await one.close();
	});
	return (one) => {
		opened.push(one);
		return one;
	};
}
